import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { passThroughFaults } from "../http/gate.ts";
import { pageStyle } from "../pages/style.ts";
import { leave as leaveWith } from "../visits/leave.ts";
import type { LoginSession } from "../visits/login-sessions.ts";
import { visitRoutes, type Choice } from "../visits/visits.ts";
import { approvalSteps } from "./approval-steps.ts";
import type { Bank } from "./bank.ts";
import { issueIdToken } from "./id-token.ts";
import { readAuthorizationRequest, type AuthorizationRequest } from "./request-object.ts";

const brand = { en: "OP test bank", fi: "OP-testipankki" };
const base = "/oauth/authorize";

type Session = LoginSession<AuthorizationRequest>;

/** Z1: the bank's own pages, from the signed request to the answer in the redirect; and Z2, the keys behind its ID tokens. */
export function authorizeRoutes(server: FastifyInstance, bank: Bank): void {
  server.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "cache-control": "no-store",
      // Not no-referrer: with that a browser hides the origin of our own forms from us.
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "permissions-policy": "camera=(), microphone=(), geolocation=()",
    });
  });

  const steps = approvalSteps(bank);
  const visits = visitRoutes<AuthorizationRequest>(server, {
    base,
    cookieName: "op_sandbox_browser",
    endpoints: { page: "Z1-page", login: "Z1-login", decision: "Z1-decision" },
    brand,
    people: bank.people,
    clock: bank.clock,
    lifetimeSeconds: bank.config.SANDBOX_INTENT_SECONDS,
    origin: () => bank.addresses.authorizeOrigin,
    leavesTo: ({ redirectUri }) => new URL(redirectUri).origin,
    step: ({ authorization }) => steps[authorization.kind],
    approve: (request, reply, session, choice) => approve(request, reply, { bank, session, choice }),
    refuse: (request, reply, session) => refuse(request, reply, { bank, session }),
  });

  server.get(base, { config: { endpoint: "Z1" } }, async (request, reply) => {
    const outcome = await readAuthorizationRequest(request.query as Record<string, unknown>, bank);
    if (outcome.kind === "unanswerable") return visits.notice(request, reply, 400, "requestRefused", outcome.message);
    if (outcome.kind === "refused") {
      const parameters: [string, string][] = [
        ["error", outcome.error],
        ["error_description", outcome.message],
        ["state", outcome.state],
      ];
      return leave(request, reply, bank, outcome.redirectUri, parameters);
    }
    const { client, authorization } = outcome.request;
    request.bankCall.clientId = client.clientId;
    request.bankCall.authorizationId = authorization.authorizationId;
    if (await passThroughFaults(request, reply, bank)) return reply;
    if (authorization.kind !== "accounts") bank.authorizations.apply(authorization.authorizationId, { type: "open" });
    return visits.begin(reply, outcome.request);
  });

  server.get("/oauth/style.css", { config: { endpoint: "Z1-page" } }, async (_request, reply) =>
    reply.type("text/css; charset=utf-8").header("cache-control", "public, max-age=300").send(pageStyle),
  );

  server.get("/favicon.ico", { config: { endpoint: "Z1-page" } }, async (_request, reply) => reply.code(204).send());

  server.get("/oauth/jwks/PSD2_OIDC", { config: { endpoint: "Z2" } }, async () => bank.idTokenKeys.published());
}

function refuse(request: FastifyRequest, reply: FastifyReply, { bank, session }: { bank: Bank; session: Session }): FastifyReply {
  bank.authorizations.apply(session.request.authorization.authorizationId, { type: "reject" });
  return leave(request, reply, bank, session.request.redirectUri, [
    ["error", "access_denied"],
    ["error_description", "The person refused the authorization"],
    ["state", session.request.state],
  ]);
}

async function approve(
  request: FastifyRequest,
  reply: FastifyReply,
  { bank, session, choice }: { bank: Bank; session: Session; choice: Choice },
): Promise<FastifyReply> {
  const { client, authorization: pending, redirectUri, scope, state, nonce, acr } = session.request;
  const authorization = bank.authorizations.apply(pending.authorizationId, { type: "approve", ...choice });
  if (authorization === undefined) {
    return leave(request, reply, bank, redirectUri, [
      ["error", "server_error"],
      ["error_description", "The authorization is no longer pending"],
      ["state", state],
    ]);
  }
  const code = bank.tokens.issueCode({
    clientId: client.clientId,
    redirectUri,
    authorizationId: authorization.authorizationId,
    scope,
    psuId: choice.psuId,
    nonce,
    acr,
    expiresAtMs: bank.clock.now().add({ seconds: bank.config.SANDBOX_CODE_SECONDS }).epochMilliseconds,
  });
  const hashes = { c_hash: code, s_hash: state };
  const idToken = await issueIdToken(bank, request.bankCall, { channel: "front", client, authorization, psuId: choice.psuId, acr, nonce, hashes });
  return leave(request, reply, bank, redirectUri, [
    ["code", code],
    ["id_token", idToken],
    ["state", state],
  ]);
}

/** Sends the browser back with the answer where the bank is set to put it. */
function leave(request: FastifyRequest, reply: FastifyReply, bank: Bank, redirectUri: string, parameters: readonly [string, string][]): FastifyReply {
  return leaveWith(request, reply, {
    faults: bank.faults,
    delivery: bank.config.SANDBOX_RESPONSE_DELIVERY,
    redirectUri,
    parameters: bank.faults.changeAuthorizationResponse(request.bankCall, parameters),
  });
}
