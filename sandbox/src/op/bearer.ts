import type { FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import { checkApiKey } from "./api-key.ts";
import type { Authorization, AuthorizationKind } from "./authorization.ts";
import type { AccountBank, Bank, Caller } from "./bank.ts";
import { belongsTo, requireQwac } from "./client-certificate-check.ts";
import { authorizationEnded, gatewayFault, scaRequired, security } from "./refusal.ts";
import type { AccessToken } from "./token-store.ts";

/** Who calls an interface, once certificate, API key, token and scope fit together. */
export function requireAccessToken(request: FastifyRequest, bank: Omit<Bank, "requireCaller">, scope: AuthorizationKind): AccessToken {
  const certificate = requireQwac(request);
  request.bankCall.certificate = certificate;
  checkApiKey(request, bank, "portal-or-client");
  const [scheme, text, ...rest] = (header(request, "authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || text === undefined || rest.length > 0) throw gatewayFault("keymanagement.service.invalid_access_token");
  const token = bank.tokens.findAccess(text);
  if (token === undefined) throw gatewayFault("keymanagement.service.invalid_access_token");
  noteCaller(request, token, bank);
  bank.tokens.retireReplaced(token);
  if (token.expiresAtMs <= bank.clock.now().epochMilliseconds) throw gatewayFault("keymanagement.service.access_token_expired");
  const client = bank.clients.get(token.clientId);
  if (client === undefined || !belongsTo(certificate, client, bank.config.SANDBOX_CLIENT_BINDING)) {
    throw security(401, "The client certificate is not the one this token was issued to");
  }
  if (!token.scope.split(" ").includes(scope)) throw gatewayFault("steps.oauth.v2.InsufficientScope");
  return token;
}

/** The caller behind a token. */
export function callerOf({ kind, clientId, authorizationId }: AccessToken): Caller {
  return { clientId, ...(kind === "psu" ? { authorizationId } : {}) };
}

/** The authorization whose data the call may read; refuses in the bank's wrapped form once it has ended. */
export async function requireAuthorized(request: FastifyRequest, bank: AccountBank): Promise<Authorization & { psuId: string }> {
  const { authorizationId } = await bank.requireCaller(request);
  if (authorizationId === undefined) throw security(403, "This call needs a token that the person approved");
  const authorization = bank.authorizations.get(authorizationId);
  if (authorization?.psuId === undefined) throw security(403, "There is no authorization behind this token");
  const status = bank.authorizations.statusOf(authorization);
  if (status !== "Authorized") throw authorizationEnded(authorization.authorizationId, `is not valid: ${status}`);
  if (authorization.scaRequired !== undefined) throw scaRequired();
  return { ...authorization, psuId: authorization.psuId };
}

/** Notes for the books whom a call is about. */
export function noteCaller({ bankCall }: FastifyRequest, token: Caller, bank: Pick<AccountBank, "authorizations">): void {
  bankCall.clientId = token.clientId;
  if (token.authorizationId === undefined) return;
  bankCall.authorizationId = token.authorizationId;
  const psuId = bank.authorizations.get(token.authorizationId)?.psuId;
  if (psuId !== undefined) bankCall.psuId = psuId;
}
