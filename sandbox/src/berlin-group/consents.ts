import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { header } from "../http/call.ts";
import { passThroughFaults } from "../http/gate.ts";
import { admit } from "./admission.ts";
import type { BerlinGroupBank } from "./bank.ts";
import { consentRequestSchema, statusOf, type Consent, type ConsentRequest } from "./consent-store.ts";
import { tppMessage } from "./refusal.ts";

type ConsentPath = { Params: { consentId: string } };

/** B1 to B4: consents for account information. No page lets a person approve one yet. */
export function consentRoutes(server: FastifyInstance, bank: BerlinGroupBank): void {
  server.addHook("onRequest", async (request, reply) => {
    const id = header(request, "x-request-id");
    if (id !== undefined) reply.header("x-request-id", id);
  });

  server.post("/v1/consents", { config: { endpoint: "B1" } }, async (request, reply) => {
    const organizationIdentifier = admit(request, "PSP_AI", bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const today = bank.clock.today();
    const consent: Consent = {
      consentId: randomUUID(),
      organizationIdentifier,
      request: readConsentRequest(request, today),
      lastActionDate: today.toString(),
      status: "received",
    };
    bank.consents.put(consent.consentId, consent);
    request.bankCall.authorizationId = consent.consentId;
    const self = `/v1/consents/${consent.consentId}`;
    const body = { consentStatus: consent.status, consentId: consent.consentId, _links: { self: { href: self }, status: { href: `${self}/status` } } };
    return reply.code(201).header("location", `${bank.address.origin}${self}`).send(bank.faults.changeJson(request.bankCall, body));
  });

  server.get<ConsentPath>("/v1/consents/:consentId", { config: { endpoint: "B2" } }, async (request, reply) => {
    const consent = requireConsent(request, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const { access, recurringIndicator, validUntil, frequencyPerDay } = consent.request;
    const { lastActionDate } = consent;
    const body = { access, recurringIndicator, validUntil, frequencyPerDay, lastActionDate, consentStatus: statusOf(consent, bank.clock.today()) };
    return bank.faults.changeJson(request.bankCall, body);
  });

  server.get<ConsentPath>("/v1/consents/:consentId/status", { config: { endpoint: "B3" } }, async (request, reply) => {
    const consent = requireConsent(request, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    return bank.faults.changeJson(request.bankCall, { consentStatus: statusOf(consent, bank.clock.today()) });
  });

  server.delete<ConsentPath>("/v1/consents/:consentId", { config: { endpoint: "B4" } }, async (request, reply) => {
    const consent = requireConsent(request, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    bank.consents.put(consent.consentId, { ...consent, status: "terminatedByTpp", lastActionDate: bank.clock.today().toString() });
    return reply.code(204).send();
  });
}

/** The consent of the address, which must belong to the caller; banks differ in how they say that it does not. */
function requireConsent(request: FastifyRequest<ConsentPath>, bank: BerlinGroupBank): Consent {
  const organizationIdentifier = admit(request, "PSP_AI", bank);
  const { consentId } = request.params;
  const consent = bank.consents.get(consentId);
  if (consent?.organizationIdentifier === organizationIdentifier) {
    request.bankCall.authorizationId = consentId;
    return consent;
  }
  if (bank.config.SANDBOX_BERLIN_GROUP_UNKNOWN_CONSENT === "404") throw tppMessage(404, "RESOURCE_UNKNOWN", "The addressed resource is unknown");
  throw tppMessage(403, "CONSENT_UNKNOWN", "The consent is unknown or belongs to another third party");
}

function readConsentRequest(request: FastifyRequest, today: Temporal.PlainDate): ConsentRequest {
  const type = header(request, "content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw tppMessage(400, "FORMAT_ERROR", "The body must be sent as application/json");
  const parsed = consentRequestSchema.safeParse(asJson(request.body));
  if (!parsed.success) throw tppMessage(400, "FORMAT_ERROR", z.prettifyError(parsed.error));
  const { validUntil, recurringIndicator, frequencyPerDay } = parsed.data;
  if (Temporal.PlainDate.compare(Temporal.PlainDate.from(validUntil), today) < 0) throw tppMessage(400, "PERIOD_INVALID", "validUntil has passed");
  if (!recurringIndicator && frequencyPerDay !== 1) throw tppMessage(400, "PARAMETER_NOT_CONSISTENT", "A consent for once has frequencyPerDay 1");
  return parsed.data;
}

function asJson(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === "string" ? body : "");
  } catch {
    throw tppMessage(400, "FORMAT_ERROR", "The body is not JSON");
  }
}
