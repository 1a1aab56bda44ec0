import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { header } from "../../http/call.ts";
import { passThroughFaults } from "../../http/gate.ts";
import { digest } from "../../identifiers.ts";
import type { Authorization } from "../authorization.ts";
import { sendAnswer } from "../answer.ts";
import type { Bank } from "../bank.ts";
import { requireAccessToken } from "../bearer.ts";
import { readJsonObject, type Rule } from "../body-rules.ts";
import type { Client } from "../clients.ts";
import { businessError, conflict, security, validation } from "../refusal.ts";
import type { AccessToken } from "../token-store.ts";
import { foreignPayment, type ForeignRequest } from "./foreign-rules.ts";
import { centsFor } from "./exchange.ts";
import { includes, noteBundle, ownPayment, requireTokenOf, statusOf, wireOf } from "./own-payment.ts";
import type { Payment } from "./payment.ts";
import { sepaPayment, type SepaRequest } from "./sepa-rules.ts";
import { revokePayments } from "./settlement.ts";
import { requireSignature } from "./signatures.ts";

type Draft = Pick<Payment, "count" | "detailsOfCharges" | "paymentOrder" | "instruction">;

export interface PaymentKind {
  readonly path: string;
  readonly paymentType: Payment["paymentType"];
  /** Ids of the four endpoints in the README. */
  readonly endpoints: { readonly create: string; readonly one: string; readonly submissions: string; readonly submission: string };
  readonly rule: Rule;
  readonly draft: (request: Readonly<Record<string, unknown>>, bank: Bank) => Draft;
}

const base = "/payments-psd2/v1";

export const paymentKinds: readonly PaymentKind[] = [
  {
    path: `${base}/sepa-payments`,
    paymentType: "SepaPayment",
    endpoints: { create: "P1", one: "P2", submissions: "P3", submission: "P4" },
    rule: sepaPayment,
    draft(given, bank) {
      const { amountEUR, payee, payer, message, reference, count = 1 } = given as unknown as SepaRequest;
      return {
        count,
        detailsOfCharges: "SHA",
        // The bank itself chooses the instant way where it keeps both accounts.
        paymentOrder: bank.people.holderOf(payee.iban) === undefined ? "SEPA" : "SEPA_INST",
        instruction: {
          cents: String(centsFor(amountEUR, "EUR") ?? 0n),
          amount: amountEUR,
          currency: "EUR",
          payeeName: payee.name,
          payeeAccount: payee.iban,
          payerIban: payer?.iban,
          message,
          reference,
        },
      };
    },
  },
  {
    path: `${base}/foreign-payments`,
    paymentType: "ForeignPayment",
    endpoints: { create: "P5", one: "P6", submissions: "P7", submission: "P8" },
    rule: foreignPayment,
    draft(given) {
      const { amount, currency, payee, payer, message, detailsOfCharges = "SHA", paymentOrder = "NORM" } = given as unknown as ForeignRequest;
      return {
        count: 1,
        detailsOfCharges,
        paymentOrder,
        instruction: {
          cents: String(centsFor(amount, currency) ?? 0n),
          amount,
          currency,
          payeeName: payee.name,
          payeeAccount: payee.bankAccount.id,
          payeeBic: payee.financialInstitution.bic,
          payerIban: payer?.iban,
          message,
        },
      };
    },
  },
];

/** P1, P2, P5 and P6: creating, reading and revoking payments. The first payment of a bundle makes its authorization. */
export function paymentRoutes(server: FastifyInstance, bank: Bank): void {
  for (const kind of paymentKinds) {
    server.post(kind.path, { config: { endpoint: kind.endpoints.create } }, async (request, reply) => {
      const token = requireAccessToken(request, bank, "payments");
      if (!header(request, "content-type")?.toLowerCase().startsWith("application/json")) {
        throw businessError(415, "VALIDATION", "The body must be sent as application/json");
      }
      const given = withoutNulls(readJsonObject(request.body));
      const joined = given["authorizationId"];
      if (typeof joined === "string") request.bankCall.authorizationId = joined;
      if (await passThroughFaults(request, reply, bank)) return reply;
      const idempotencyKey = keyOf(request);
      await requireSignature(request, bank, bank.clients.get(token.clientId) as Client);

      const bodyDigest = digest(`${kind.path} ${String(request.body)}`);
      const known = bank.payments.withKey(token.clientId, idempotencyKey);
      if (known !== undefined && (known.bodyDigest !== bodyDigest || statusOf(bank, known) !== "Unauthorized")) {
        throw conflict({
          type: "DuplicatePayment",
          path: "x-idempotency-key",
          message: "This idempotency key was used for another payment, or the payment has moved on",
        });
      }
      const payment = known ?? create(bank, kind, { token, given, idempotencyKey, bodyDigest });
      noteBundle(request, bank, payment.authorizationId);
      return sendAnswer(request, reply, bank, { status: 201, body: wireOf(bank, payment), signed: true });
    });

    server.get<{ Params: { paymentId: string } }>(`${kind.path}/:paymentId`, { config: { endpoint: kind.endpoints.one } }, async (request, reply) => {
      const payment = ownPayment(request, bank, kind.paymentType, requireAccessToken(request, bank, "payments"));
      const withSubmissions = includes(request, "submissions");
      if (await passThroughFaults(request, reply, bank)) return reply;
      return sendAnswer(request, reply, bank, { body: wireOf(bank, payment, withSubmissions) });
    });

    const revoke = { config: { endpoint: `${kind.endpoints.one}-revoke` } };
    server.delete<{ Params: { paymentId: string } }>(`${kind.path}/:paymentId`, revoke, async (request, reply) => {
      const token = requireAccessToken(request, bank, "payments");
      const payment = ownPayment(request, bank, kind.paymentType, token);
      requireTokenOf(token, payment.authorizationId);
      if (await passThroughFaults(request, reply, bank)) return reply;
      if (revokePayments(bank, [payment]) === 0) throw illegalState(`A payment in status ${statusOf(bank, payment)} cannot be revoked`);
      return sendAnswer(request, reply, bank, { body: wireOf(bank, bank.payments.get(payment.paymentId) ?? payment) });
    });
  }
}

function create(
  bank: Bank,
  kind: PaymentKind,
  { token, given, idempotencyKey, bodyDigest }: { token: AccessToken; given: Record<string, unknown>; idempotencyKey: string; bodyDigest: string },
): Payment {
  const violations = kind.rule(given, "");
  if (violations.length > 0) throw validation(violations);
  const { authorizationId: joined, count: _, ...request } = given;
  const draft = kind.draft(given, bank);
  const exemptPsuId = token.kind === "psu" ? exemptPerson(bank, token, draft.instruction.payerIban) : undefined;
  const created = bank.clock.now().toString();
  const bundle = typeof joined === "string" ? joinable(bank, joined, token, exemptPsuId) : newBundle(bank, token, created, exemptPsuId);
  const { authorizationId } = bundle;
  const payment: Payment = {
    ...draft,
    paymentId: randomUUID(),
    authorizationId,
    clientId: token.clientId,
    paymentType: kind.paymentType,
    idempotencyKey,
    bodyDigest,
    created,
    revoked: false,
    request,
    submissions: [],
  };
  bank.payments.put(payment);
  return payment;
}

function newBundle(bank: Bank, token: AccessToken, created: string, exemptPsuId: string | undefined): Authorization {
  const bundle: Authorization = {
    authorizationId: randomUUID(),
    kind: "payments",
    clientId: token.clientId,
    created,
    status: "Unauthorized",
    exemptPsuId,
    accountIds: [],
    cardIds: [],
  };
  bank.authorizations.put(bundle);
  return bundle;
}

/** The bundle that a payment asks to join: it takes no more once a person has begun to look at it. */
function joinable(bank: Bank, authorizationId: string, token: AccessToken, exemptPsuId: string | undefined): Authorization {
  const bundle = bank.authorizations.get(authorizationId);
  const path = "authorizationId";
  if (bundle?.kind !== "payments") throw validation([{ type: "InvalidValue", path, message: "There is no such authorization" }]);
  if (bundle.clientId !== token.clientId) throw security(403, "This authorization belongs to another third party");
  const status = bank.authorizations.statusOf(bundle);
  const alone = bank.payments.ofBundle(authorizationId).some((each) => each.paymentType === "ForeignPayment");
  if (status !== "Unauthorized" || alone || bundle.exemptPsuId !== exemptPsuId) {
    throw illegalState(alone ? "Foreign payments are not bundled" : `Nothing can be added to this authorization: ${status}`);
  }
  return bundle;
}

/** Whose earlier approval a create with a person's token builds on; the account to pay from must be theirs. */
function exemptPerson(bank: Bank, token: AccessToken, payerIban: string | undefined): string {
  const path = "payer.iban";
  const psuId = bank.authorizations.get(token.authorizationId ?? "")?.psuId;
  if (psuId === undefined) throw security(403, "There is no authorization behind this token");
  if (payerIban === undefined) throw validation([{ type: "Required", path, message: "payer.iban is required with the token of a person" }]);
  if (bank.people.holderOf(payerIban)?.psuId !== psuId) throw validation([{ type: "InvalidValue", path, message: "This person has no such account" }]);
  return psuId;
}

function keyOf(request: FastifyRequest): string {
  const path = "x-idempotency-key";
  const key = header(request, path);
  if (key === undefined) throw validation([{ type: "Required", path, message: `${path} is required` }]);
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key)) throw validation([{ type: "InvalidValue", path, message: `${path} must be a UUID` }]);
  return key;
}

function withoutNulls(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function illegalState(message: string): Error {
  return validation([{ type: "IllegalState", message }]);
}
