import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { bankTimeZone } from "../../clock.ts";
import { header } from "../../http/call.ts";
import { passThroughFaults } from "../../http/gate.ts";
import { sendAnswer } from "../answer.ts";
import { wireAuthorization, type Authorization } from "../authorization.ts";
import type { Bank } from "../bank.ts";
import { requireAccessToken } from "../bearer.ts";
import { isInstant, matching, object, optional, readJsonObject, required, text, type Rule } from "../body-rules.ts";
import { centsFor } from "../payments/exchange.ts";
import { noteBundle, ownBundle, requireTokenOf } from "../payments/own-payment.ts";
import { available } from "../payments/settlement.ts";
import { euroAmount, iban } from "../payments/sepa-rules.ts";
import { authorizationEnded, businessError, security, validation, type Violation } from "../refusal.ts";

const base = "/confirmation-of-funds-psd2/v1";
const path = `${base}/authorizations`;

type AuthorizationPath = { Params: { authorizationId: string } };

/** F1 to F3: whether there is enough money on an account, asked by whoever a person allowed to. */
export function fundsRoutes(server: FastifyInstance, bank: Bank): void {
  const answer = (authorization: Authorization): object => wireAuthorization(authorization, bank.authorizations.statusOf(authorization));

  server.post(path, { config: { endpoint: "F1" } }, async (request, reply) => {
    const token = requireAccessToken(request, bank, "fundsconfirmations");
    if (token.kind !== "client") throw security(403, "Creating an authorization needs a client-credentials token");
    if (await passThroughFaults(request, reply, bank)) return reply;
    const latest = bank.clock.now().toZonedDateTimeISO(bankTimeZone).add({ years: 1 }).toInstant();
    const { iban: account, expires } = readBody(request, object({ iban: optional(iban), expires: optional(end(bank, latest)) })) as {
      iban?: string;
      expires?: string;
    };
    const authorization: Authorization = {
      authorizationId: randomUUID(),
      kind: "fundsconfirmations",
      clientId: token.clientId,
      created: bank.clock.now().toString(),
      expires: expires ?? latest.toString(),
      status: "Unauthorized",
      iban: account ?? undefined,
      accountIds: [],
      cardIds: [],
    };
    bank.authorizations.put(authorization);
    request.bankCall.authorizationId = authorization.authorizationId;
    return sendAnswer(request, reply, bank, { status: 201, body: answer(authorization) });
  });

  server.get<AuthorizationPath>(`${path}/:authorizationId`, { config: { endpoint: "F2" } }, async (request, reply) => {
    const authorization = ownBundle(request, bank, "fundsconfirmations", requireAccessToken(request, bank, "fundsconfirmations").clientId);
    requireAccept(request);
    if (await passThroughFaults(request, reply, bank)) return reply;
    return sendAnswer(request, reply, bank, { body: answer(authorization) });
  });

  server.delete<AuthorizationPath>(`${path}/:authorizationId`, { config: { endpoint: "F2-revoke" } }, async (request, reply) => {
    const token = requireAccessToken(request, bank, "fundsconfirmations");
    const { authorizationId } = ownBundle(request, bank, "fundsconfirmations", token.clientId);
    requireTokenOf(token, authorizationId);
    requireAccept(request);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const revoked = bank.authorizations.apply(authorizationId, { type: "revoke" });
    if (revoked === undefined) throw validation([{ type: "IllegalState", message: "Only an authorization in status Authorized can be revoked" }]);
    bank.tokens.dropRefresh((refresh) => refresh.authorizationId === authorizationId);
    return sendAnswer(request, reply, bank, { body: answer(revoked) });
  });

  server.post(`${base}/funds-confirmations`, { config: { endpoint: "F3" } }, async (request, reply) => {
    const token = requireAccessToken(request, bank, "fundsconfirmations");
    const authorization = bank.authorizations.get(token.authorizationId ?? "");
    if (token.kind !== "psu" || authorization === undefined) throw security(403, "This call needs a token that the person approved");
    noteBundle(request, bank, authorization.authorizationId);
    const status = bank.authorizations.statusOf(authorization);
    if (status !== "Authorized") throw authorizationEnded(authorization.authorizationId, `is not valid: ${status}`);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const rule = object({ authorizationId: required(text({ max: 100 })), amountEUR: required(euroAmount) });
    const { authorizationId, amountEUR } = readBody(request, rule) as { authorizationId: string; amountEUR: string };
    if (authorizationId !== authorization.authorizationId) throw security(403, "The token belongs to another authorization");
    const account = bank.people.find(authorization.psuId ?? "")?.accounts.find((each) => each.accountId === authorization.accountIds[0]);
    const fundsAvailable = account !== undefined && available(account) >= (centsFor(amountEUR, "EUR") ?? 0n);
    const body = { fundsConfirmationId: randomUUID(), authorizationId, amountEUR, created: bank.clock.now().toString(), fundsAvailable };
    return sendAnswer(request, reply, bank, { status: 201, body });
  });
}

function end(bank: Bank, latest: Temporal.Instant): Rule {
  return text({ max: 40 }, (value, at): readonly Violation[] => {
    const unreadable = matching(isInstant, "TypeMismatch", "must be an ISO 8601 date-time with zone")(value, at);
    if (unreadable.length > 0) return unreadable;
    const instant = Temporal.Instant.from(value);
    if (Temporal.Instant.compare(instant, bank.clock.now()) <= 0) return [{ type: "Date", path: at, message: `${at} must be in the future` }];
    return Temporal.Instant.compare(instant, latest) > 0 ? [{ type: "Date", path: at, message: `${at} must be at most one year from now` }] : [];
  });
}

function readBody(request: FastifyRequest, rule: Rule): unknown {
  requireAccept(request);
  if (!header(request, "content-type")?.toLowerCase().startsWith("application/json")) {
    throw businessError(415, "VALIDATION", "The body must be sent as application/json");
  }
  const given = readJsonObject(request.body);
  const violations = rule(given, "");
  if (violations.length > 0) throw validation(violations.map((each) => ({ ...each, location: "body" })));
  return given;
}

/** This interface alone is strict about what the caller accepts. */
function requireAccept(request: FastifyRequest): void {
  if (header(request, "accept") === "application/json") return;
  throw validation([{ type: "InvalidValue", path: "accept", location: "header", message: "Accept must be application/json" }]);
}
