import type { FastifyInstance, FastifyRequest } from "fastify";
import { passThroughFaults } from "../../http/gate.ts";
import type { Approval, Authorization } from "../authorization.ts";
import { sendAnswer } from "../answer.ts";
import type { Bank } from "../bank.ts";
import { requireAccessToken } from "../bearer.ts";
import { belongsTo, requireQwac } from "../client-certificate-check.ts";
import { security, validation } from "../refusal.ts";
import { includes, ownBundle, requireTokenOf, wireOf } from "./own-payment.ts";
import { wireBundle, type Payment } from "./payment.ts";
import { revokePayments } from "./settlement.ts";

type BundlePath = { Params: { authorizationId: string } };

const path = "/payments-psd2/v1/authorizations/:authorizationId";

/** P9 to P12: what a person approves together. */
export function bundleRoutes(server: FastifyInstance, bank: Bank): void {
  const answer = ({ authorizationId }: Authorization): object => {
    const bundle = bank.authorizations.get(authorizationId) as Authorization;
    return wireBundle(bundle, bank.authorizations.statusOf(bundle));
  };
  const wired = (authorizationId: string, type: Payment["paymentType"]): object[] =>
    bank.payments
      .ofBundle(authorizationId)
      .filter((each) => each.paymentType === type)
      .map((each) => wireOf(bank, each));

  server.get<BundlePath>(path, { config: { endpoint: "P9" } }, async (request, reply) => {
    const bundle = ownBundle(request, bank, "payments", requireAccessToken(request, bank, "payments").clientId);
    const withPayments = includes(request, "payments");
    if (await passThroughFaults(request, reply, bank)) return reply;
    const { authorizationId } = bundle;
    const payments = withPayments ? { sepaPayments: wired(authorizationId, "SepaPayment"), foreignPayments: wired(authorizationId, "ForeignPayment") } : {};
    return sendAnswer(request, reply, bank, { body: { ...answer(bundle), ...payments } });
  });

  server.delete<BundlePath>(path, { config: { endpoint: "P9-revoke" } }, async (request, reply) => {
    const token = requireAccessToken(request, bank, "payments");
    const bundle = ownBundle(request, bank, "payments", token.clientId);
    requireTokenOf(token, bundle.authorizationId);
    if (await passThroughFaults(request, reply, bank)) return reply;
    if (revokePayments(bank, bank.payments.ofBundle(bundle.authorizationId)) === 0) {
      const message = `Nothing is left to revoke: ${bank.authorizations.statusOf(bundle)}`;
      throw validation([{ type: "IllegalState", message }]);
    }
    return sendAnswer(request, reply, bank, { body: answer(bundle) });
  });

  server.get<BundlePath>(`${path}/payments`, { config: { endpoint: "P10" } }, async (request, reply) => {
    const token = requireAccessToken(request, bank, "payments");
    const { authorizationId } = ownBundle(request, bank, "payments", token.clientId);
    if (token.authorizationId !== authorizationId) throw security(403, "This call needs the token of the person who approved these payments");
    if (await passThroughFaults(request, reply, bank)) return reply;
    return sendAnswer(request, reply, bank, { body: { payments: bank.payments.ofBundle(authorizationId).map((each) => wireOf(bank, each)) } });
  });

  server.post<BundlePath>(`${path}/sandbox-authorize`, { config: { endpoint: "P11" } }, async (request, reply) => {
    const bundle = bundleOfCaller(request, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    decide(bank, bundle, { type: "approve", byHelper: true, ...stranger(bank, bundle) });
    return sendAnswer(request, reply, bank, { body: answer(bundle) });
  });

  server.post<BundlePath>(`${path}/sandbox-reject`, { config: { endpoint: "P12" } }, async (request, reply) => {
    const bundle = bundleOfCaller(request, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    decide(bank, bundle, { type: "reject" });
    return sendAnswer(request, reply, bank, { body: answer(bundle) });
  });
}

/** The helpers take no token: the certificate alone says who calls. */
function bundleOfCaller(request: FastifyRequest<BundlePath>, bank: Bank): Authorization {
  const certificate = requireQwac(request);
  request.bankCall.certificate = certificate;
  const client = bank.clients.get(bank.authorizations.get(request.params.authorizationId)?.clientId ?? "");
  if (client !== undefined && !belongsTo(certificate, client, bank.config.SANDBOX_CLIENT_BINDING)) {
    throw security(403, "This authorization belongs to another third party");
  }
  if (client !== undefined) request.bankCall.clientId = client.clientId;
  return ownBundle(request, bank, "payments", client?.clientId ?? "");
}

function decide(bank: Bank, { authorizationId }: Authorization, command: Parameters<Bank["authorizations"]["apply"]>[1]): void {
  if (bank.authorizations.apply(authorizationId, command) === undefined)
    throw validation([{ type: "IllegalState", message: "The authorization is not pending" }]);
}

/** Somebody to pay where no person logged in: the holder of the account asked for, else the first customer. */
function stranger(bank: Bank, { authorizationId }: Authorization): Approval {
  const [payment] = bank.payments.ofBundle(authorizationId);
  const asked = bank.people.holderOf(payment?.instruction.payerIban ?? "");
  const psuId = asked?.psuId ?? bank.people.residents[0]?.psuId ?? "";
  const accountId = asked?.account.accountId ?? bank.people.find(psuId)?.accounts[0]?.accountId ?? "";
  return { psuId, accountIds: [accountId], cardIds: [] };
}
