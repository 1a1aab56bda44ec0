import type { FastifyRequest } from "fastify";
import type { Authorization } from "../authorization.ts";
import type { Bank } from "../bank.ts";
import { notFound, security, validation } from "../refusal.ts";
import type { AccessToken } from "../token-store.ts";
import { paymentStatus, wirePayment, type Payment } from "./payment.ts";
import { debitAccount } from "./settlement.ts";

/** The payment of a path, provided it is of this kind and of this client. */
export function ownPayment(request: FastifyRequest<{ Params: { paymentId: string } }>, bank: Bank, type: Payment["paymentType"], token: AccessToken): Payment {
  const payment = bank.payments.get(request.params.paymentId);
  if (payment?.paymentType !== type) throw notFound("The payment");
  if (payment.clientId !== token.clientId) throw security(403, "This payment belongs to another third party");
  noteBundle(request, bank, payment.authorizationId);
  return payment;
}

/** The authorization of a path, provided it is of this kind and of this client. */
export function ownBundle(
  request: FastifyRequest<{ Params: { authorizationId: string } }>,
  bank: Bank,
  kind: Authorization["kind"],
  clientId: string,
): Authorization {
  const bundle = bank.authorizations.get(request.params.authorizationId);
  if (bundle?.kind !== kind) throw notFound("The authorization");
  if (bundle.clientId !== clientId) throw security(403, "This authorization belongs to another third party");
  noteBundle(request, bank, bundle.authorizationId);
  return bundle;
}

/** Notes whom the call is about, for fault switches and books. */
export function noteBundle({ bankCall }: FastifyRequest, bank: Bank, authorizationId: string): void {
  bankCall.authorizationId = authorizationId;
  const psuId = bank.authorizations.get(authorizationId)?.psuId;
  if (psuId !== undefined) bankCall.psuId = psuId;
}

/** A person's token changes nothing but what that person approved; the client's own token reaches all of it. */
export function requireTokenOf(token: AccessToken, authorizationId: string): void {
  if (token.kind === "psu" && token.authorizationId !== authorizationId) throw security(403, "The token belongs to another authorization");
}

/** Whether `?include=` asks for the only thing that can be included here. */
export function includes(request: FastifyRequest, what: string): boolean {
  const { include, ...rest } = request.query as Record<string, unknown>;
  const stranger = Object.keys(rest)[0];
  if (stranger !== undefined) throw validation([{ type: "UnrecognizedProperty", path: stranger, message: `Unrecognized parameter ${stranger}` }]);
  if (include !== undefined && include !== what) throw validation([{ type: "InvalidValue", path: "include", message: `include can be ${what}` }]);
  return include === what;
}

export function statusOf(bank: Bank, payment: Payment): ReturnType<typeof paymentStatus> {
  const bundle = bank.authorizations.get(payment.authorizationId);
  return paymentStatus(payment, bundle === undefined ? "Rejected" : bank.authorizations.statusOf(bundle));
}

export function wireOf(bank: Bank, payment: Payment, withSubmissions = false): object {
  return wirePayment(payment, statusOf(bank, payment), { payerIban: debitAccount(bank, payment)?.account.iban, withSubmissions });
}
