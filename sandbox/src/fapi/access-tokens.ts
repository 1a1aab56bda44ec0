import type { FastifyRequest } from "fastify";
import { compactVerify, createLocalJWKSet, decodeJwt, type JWTPayload } from "jose";
import { x5tOf, type QualifiedCertificate } from "../ca/qualified-certificate.ts";
import { epochSeconds } from "../clock.ts";
import { header } from "../http/call.ts";
import { digest } from "../identifiers.ts";
import { requireTransport } from "../oauth/transport.ts";
import type { Caller } from "../op/bank.ts";
import { noteCaller } from "../op/bearer.ts";
import { gatewayFault, security } from "../op/refusal.ts";
import { checkProof, type Nonces } from "./dpop.ts";
import type { Issuer } from "./issuer.ts";

interface Claims extends JWTPayload {
  readonly client_id?: string;
  readonly scope?: string;
  readonly authorizationId?: string;
  readonly cnf?: { readonly "x5t#S256"?: string; readonly jkt?: string };
}

function keyOf(jti: string): string {
  return `issued:${digest(jti)}`;
}

/** Notes a token that is about to be handed out: one that is not known here is worth nothing. */
export function rememberToken({ grants }: Issuer, token: JWTPayload): void {
  const { jti = "", exp = 0, client_id: clientId, authorizationId } = token as Claims;
  grants.put(keyOf(jti), { payload: { kind: "issued", clientId, authorizationId }, expiresAtMs: exp * 1000 });
}

/** Takes a token back (RFC 7009); only its own client may. */
export function revokeToken({ grants }: Issuer, token: string, clientId: string): void {
  const { jti = "", client_id: owner } = claimsOf(token);
  if (owner === clientId) grants.remove(keyOf(jti));
}

function claimsOf(token: string): Claims {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

/** Who calls the account interface: the token must be ours, alive, and bound to what the caller shows. */
export async function requireCaller(request: FastifyRequest, issuer: Issuer, nonces: Nonces): Promise<Caller> {
  const certificate = requireTransport(request, issuer, (reason) => security(401, reason));
  const { claims, token, scheme } = await requireToken(request, issuer);
  const caller = { clientId: claims.client_id ?? "", authorizationId: claims.authorizationId };
  noteCaller(request, caller, issuer);
  await requireBinding(request, { issuer, nonces, certificate, claims, token, scheme });
  if (claims.scope?.split(" ").includes("accounts") !== true) throw gatewayFault("steps.oauth.v2.InsufficientScope");
  return caller;
}

/** The client whose own token manages its registration. */
export async function requireClient(request: FastifyRequest, issuer: Issuer, nonces: Nonces, certificate: QualifiedCertificate): Promise<string> {
  const { claims, token, scheme } = await requireToken(request, issuer);
  request.bankCall.clientId = claims.client_id ?? "";
  await requireBinding(request, { issuer, nonces, certificate, claims, token, scheme });
  return claims.client_id ?? "";
}

async function requireToken(request: FastifyRequest, issuer: Issuer): Promise<{ claims: Claims; token: string; scheme: string }> {
  const [scheme = "", token, ...rest] = (header(request, "authorization") ?? "").split(" ");
  if (token === undefined || rest.length > 0) throw invalidToken("Bearer");
  const keys = await issuer.keys();
  try {
    await compactVerify(token, createLocalJWKSet(keys.published()), { algorithms: ["PS256", "ES256"] });
  } catch {
    throw invalidToken(scheme);
  }
  const claims = claimsOf(token);
  const known = issuer.grants.get(keyOf(claims.jti ?? ""));
  if (known === undefined || issuer.clients.get(claims.client_id ?? "") === undefined) throw invalidToken(scheme);
  const ends = Math.min(known.expiresAtMs, (claims.exp ?? 0) * 1000);
  if (ends <= epochSeconds(issuer.clock.now()) * 1000) {
    throw gatewayFault("keymanagement.service.access_token_expired", challenge(scheme, "invalid_token"));
  }
  return { claims, token, scheme: scheme.toLowerCase() };
}

interface Shown {
  readonly issuer: Issuer;
  readonly nonces: Nonces;
  readonly certificate: QualifiedCertificate;
  readonly claims: Claims;
  readonly token: string;
  readonly scheme: string;
}

/** A token that is bound to nothing is refused as well: this bank issues none. */
async function requireBinding(request: FastifyRequest, { issuer, nonces, certificate, claims, token, scheme }: Shown): Promise<void> {
  const { "x5t#S256": x5t, jkt } = claims.cnf ?? {};
  if (jkt === undefined) {
    if (scheme !== "bearer" || x5t !== x5tOf(certificate)) throw invalidToken("Bearer");
    return;
  }
  if (scheme !== "dpop") throw invalidToken("DPoP");
  const outcome = await checkProof(request, token, {
    nonces,
    origin: issuer.address.origin,
    isNew(jti) {
      const id = `proof:${digest(`${claims.client_id ?? ""} ${jti}`)}`;
      if (issuer.grants.get(id) !== undefined) return false;
      issuer.grants.put(id, { payload: { kind: "proof" }, expiresAtMs: issuer.clock.now().add({ minutes: 10 }).epochMilliseconds });
      return true;
    },
  });
  if (outcome.kind === "nonce") {
    throw gatewayFault("keymanagement.service.invalid_access_token", { ...challenge("DPoP", "use_dpop_nonce"), "dpop-nonce": nonces.current() });
  }
  if (outcome.kind === "invalid" || outcome.thumbprint !== jkt) {
    throw gatewayFault("keymanagement.service.invalid_access_token", challenge("DPoP", "invalid_dpop_proof"));
  }
}

function invalidToken(scheme: string): Error {
  return gatewayFault("keymanagement.service.invalid_access_token", challenge(scheme.toLowerCase() === "dpop" ? "DPoP" : "Bearer", "invalid_token"));
}

function challenge(scheme: string, error: string): Record<string, string> {
  return { "www-authenticate": `${scheme.toLowerCase() === "dpop" ? "DPoP" : "Bearer"} error="${error}"` };
}
