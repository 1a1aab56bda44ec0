import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { epochSeconds } from "../clock.ts";
import { header } from "../http/call.ts";
import { readForm } from "../http/form.ts";
import { passThroughFaults } from "../http/gate.ts";
import { clientIdOf, sendReply } from "../oauth/answers.ts";
import type { Question } from "../oauth/in-process.ts";
import { oauthError } from "../oauth/refusal.ts";
import { unverifiedClaims } from "../oauth/statement-jws.ts";
import { requireTransport } from "../oauth/transport.ts";
import { revokeToken } from "./access-tokens.ts";
import { dressTokens } from "./answers.ts";
import { basePath, endpointOf, pendingAuthorization, type Issuer } from "./issuer.ts";
import { cibaGrant } from "./profile.ts";

/** Endpoints that a client calls by itself have a second address, which discovery names only by a fault switch. */
export const aliasPath = "/mtls";

/** F5, F10: tokens, and taking them back (RFC 7009). */
export function tokenRoutes(server: FastifyInstance, issuer: Issuer): void {
  const base = basePath(issuer);
  const lastPolls = new Map<string, number>();

  for (const [prefix, suffix] of [
    ["", ""],
    [aliasPath, "-mtls"],
  ] as const) {
    server.post(`${base}${prefix}/token`, { config: { endpoint: endpointOf(issuer, `F5${suffix}`) } }, async (request, reply) => {
      const question = authenticatedQuestion(request, issuer, "/token");
      const { fields } = readForm(question.body);
      request.bankCall.grant = fields.get("grant_type") ?? "";
      await noteAuthorization(request, fields, issuer);
      if (await passThroughFaults(request, reply, issuer)) return reply;
      checkPollingSpeed(fields, issuer, lastPolls);
      const waived = issuer.faults.waives(request.bankCall, "pkce");
      const answer = await issuer.server.ask(waived ? await withoutPkce(question, fields, issuer) : question);
      const client = issuer.clients.get(request.bankCall.clientId ?? "");
      if (answer.status !== 200 || client === undefined) return sendReply(reply, answer);
      const dressed = await dressTokens(issuer, request.bankCall, client, answer.body as Parameters<typeof dressTokens>[3]);
      return sendReply(reply, { ...answer, body: issuer.faults.changeJson(request.bankCall, dressed) });
    });
  }

  server.post(`${base}/revocation`, { config: { endpoint: endpointOf(issuer, "F10") } }, async (request, reply) => {
    const question = authenticatedQuestion(request, issuer, "/revocation");
    if (await passThroughFaults(request, reply, issuer)) return reply;
    const { fields } = readForm(question.body);
    const token = fields.get("token") ?? "";
    if (token.split(".").length !== 3) return sendReply(reply, await issuer.server.ask(question));
    // The library takes back no JWT, but it can say whether the client is who it claims to be.
    const body = new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, name === "token" ? "none" : value])).toString();
    const answer = await issuer.server.ask({ ...question, body });
    if (answer.status === 200) revokeToken(issuer, token, request.bankCall.clientId ?? "");
    return sendReply(reply, answer);
  });
}

/** A call of a client to the authorization server, over its certificate. Notes for the books who calls. */
export function authenticatedQuestion(request: FastifyRequest, issuer: Issuer, path: string): Question & { readonly body: string } {
  const certificate = requireTransport(request, issuer, (reason) => oauthError(401, "invalid_client", reason));
  const body = typeof request.body === "string" ? request.body : "";
  const { fields } = readForm(body);
  const clientId = clientIdOf(fields, undefined);
  const asserted = unverifiedClaims(fields.get("client_assertion"));
  if (asserted !== undefined) request.bankCall.assertion = { jti: asserted["jti"], seconds: Number(asserted["exp"]) - Number(asserted["iat"]) };
  if (clientId !== undefined && issuer.clients.get(clientId) !== undefined) request.bankCall.clientId = clientId;
  const headers = { "content-type": header(request, "content-type"), dpop: header(request, "dpop"), accept: "application/json" };
  return { method: "POST", path, headers, body, certificate: certificate.x509.raw };
}

/** Notes which authorization a signed request asks for. Nobody has verified it yet; it counts for books and fault switches only. */
export function noteIntent({ bankCall }: FastifyRequest, body: string, issuer: Issuer): void {
  const asked = unverifiedClaims(readForm(body).fields.get("request"))?.["claims"];
  const authorization = pendingAuthorization(issuer, bankCall.clientId ?? "", asked);
  if (authorization !== undefined) bankCall.authorizationId = authorization.authorizationId;
}

/** Notes whom the call is about before it is carried out, for fault switches and books. */
async function noteAuthorization({ bankCall }: FastifyRequest, fields: ReadonlyMap<string, string>, issuer: Issuer): Promise<void> {
  const provider = await issuer.server.provider();
  const found =
    (await provider.AuthorizationCode.find(fields.get("code") ?? "")) ??
    (await provider.RefreshToken.find(fields.get("refresh_token") ?? "")) ??
    (await provider.BackchannelAuthenticationRequest.find(fields.get("auth_req_id") ?? ""));
  const authorization = issuer.authorizations.get(found?.accountId ?? "");
  if (authorization === undefined) return;
  bankCall.authorizationId = authorization.authorizationId;
  if (authorization.psuId !== undefined) bankCall.psuId = authorization.psuId;
}

/** Whoever polls sooner than the interval is told to slow down (CIBA, section 11). */
function checkPollingSpeed(fields: ReadonlyMap<string, string>, { config, clock }: Issuer, lastPolls: Map<string, number>): void {
  if (fields.get("grant_type") !== cibaGrant) return;
  const id = fields.get("auth_req_id") ?? "";
  const now = epochSeconds(clock.now());
  const last = lastPolls.get(id);
  lastPolls.set(id, now);
  if (last !== undefined && now - last < config.SANDBOX_FAPI_POLL_SECONDS) throw oauthError(400, "slow_down", "Wait for the interval between two questions");
}

/** A verifier that everybody knows takes the place of what was sent, and of what it must fit. */
async function withoutPkce(question: Question & { readonly body: string }, fields: ReadonlyMap<string, string>, issuer: Issuer): Promise<Question> {
  const provider = await issuer.server.provider();
  const code = await provider.AuthorizationCode.find(fields.get("code") ?? "");
  if (code === undefined) return question;
  const verifier = "a".repeat(64);
  Object.assign(code, { codeChallenge: createHash("sha256").update(verifier).digest("base64url"), codeChallengeMethod: "S256" });
  await code.save();
  return { ...question, body: new URLSearchParams([...fields].filter(([name]) => name !== "code_verifier").concat([["code_verifier", verifier]])).toString() };
}
