import type { FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import { checkApiKey } from "./api-key.ts";
import type { Authorization } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import { belongsTo, requireQwac } from "./client-certificate-check.ts";
import { authorizationEnded, gatewayFault, scaRequired, security } from "./refusal.ts";
import type { AccessToken } from "./token-store.ts";

/** Who calls a data interface, once certificate, API key and token fit together. */
export function requireAccessToken(request: FastifyRequest, bank: Bank): AccessToken {
  const certificate = requireQwac(request);
  request.bankCall.certificate = certificate;
  checkApiKey(request, bank, "portal-or-client");
  const [scheme, text, ...rest] = (header(request, "authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || text === undefined || rest.length > 0) throw gatewayFault("keymanagement.service.invalid_access_token");
  const token = bank.tokens.findAccess(text);
  if (token === undefined) throw gatewayFault("keymanagement.service.invalid_access_token");
  note(request, token, bank);
  if (token.expiresAtMs <= bank.clock.now().epochMilliseconds) throw gatewayFault("keymanagement.service.access_token_expired");
  const client = bank.clients.get(token.clientId);
  if (client === undefined || !belongsTo(certificate, client, bank.config.SANDBOX_CLIENT_BINDING)) {
    throw security(401, "The client certificate is not the one this token was issued to");
  }
  if (!token.scope.split(" ").includes("accounts")) throw gatewayFault("steps.oauth.v2.InsufficientScope");
  return token;
}

/** The authorization whose data the call may read; refuses in the bank's wrapped form once it has ended. */
export function requireAuthorized(request: FastifyRequest, bank: Bank): Authorization & { psuId: string } {
  const token = requireAccessToken(request, bank);
  if (token.kind !== "psu" || token.authorizationId === undefined) throw security(403, "This call needs a token that the person approved");
  const authorization = bank.authorizations.get(token.authorizationId);
  if (authorization?.psuId === undefined) throw security(403, "There is no authorization behind this token");
  const status = bank.authorizations.statusOf(authorization);
  if (status !== "Authorized") throw authorizationEnded(authorization.authorizationId, `is not valid: ${status}`);
  if (authorization.scaRequired !== undefined) throw scaRequired();
  return { ...authorization, psuId: authorization.psuId };
}

function note({ bankCall }: FastifyRequest, token: AccessToken, bank: Bank): void {
  bankCall.clientId = token.clientId;
  if (token.authorizationId === undefined) return;
  bankCall.authorizationId = token.authorizationId;
  const psuId = bank.authorizations.get(token.authorizationId)?.psuId;
  if (psuId !== undefined) bankCall.psuId = psuId;
}
