import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors } from "../errors.ts";
import { passThroughFaults } from "../http/gate.ts";
import { sendReply } from "../oauth/answers.ts";
import { accountSelection } from "../op/approval-steps.ts";
import { visitRoutes, type Choice } from "../visits/visits.ts";
import type { Asked } from "../visits/login-sessions.ts";
import { grantFor } from "./grant.ts";
import { basePath, endpointOf, shownClient, type Issuer, type PendingApproval } from "./issuer.ts";
import { authenticatedQuestion, noteIntent } from "./token.ts";

/** F11: asks a person for an approval on a device of their own (CIBA). */
export function backchannelRoutes(server: FastifyInstance, issuer: Issuer): void {
  server.post(`${basePath(issuer)}/backchannel-authentication`, { config: { endpoint: endpointOf(issuer, "F11") } }, async (request, reply) => {
    const question = authenticatedQuestion(request, issuer, "/backchannel-authentication");
    noteIntent(request, question.body, issuer);
    if (await passThroughFaults(request, reply, issuer)) return reply;
    const answer = await issuer.server.ask(question);
    if (answer.status !== 200) return sendReply(reply, answer);
    const body = { ...(answer.body as object), interval: issuer.config.SANDBOX_FAPI_POLL_SECONDS };
    return sendReply(reply, { ...answer, body: issuer.faults.changeJson(request.bankCall, body) });
  });
}

/** F12: the page on which a person approves. It shows the oldest request that waits, or the one that is named. */
export function approvalRoutes(server: FastifyInstance, issuer: Issuer): void {
  const base = `${basePath(issuer)}/approve`;
  const visits = visitRoutes<Asked>(server, {
    base,
    cookieName: `${issuer.profile.name}_sandbox_browser`,
    endpoints: { page: endpointOf(issuer, "F12-page"), login: endpointOf(issuer, "F12-login"), decision: endpointOf(issuer, "F12-decision") },
    brand: issuer.profile.brand,
    people: issuer.people,
    clock: issuer.clock,
    lifetimeSeconds: issuer.config.SANDBOX_INTENT_SECONDS,
    origin: () => issuer.address.pagesOrigin,
    leavesTo: () => undefined,
    step: () => accountSelection,
    approve: (request, reply, session, choice) => end(request, reply, session.request, choice),
    refuse: (request, reply, session) => end(request, reply, session.request),
  });

  server.get<{ Querystring: { authorizationId?: string } }>(base, { config: { endpoint: endpointOf(issuer, "F12") } }, async (request, reply) => {
    const { authorizationId = issuer.pending.keys().next().value ?? "" } = request.query;
    const pending = issuer.pending.get(authorizationId);
    const authorization = issuer.authorizations.get(authorizationId);
    const client = issuer.clients.get(pending?.clientId ?? "");
    if (authorization === undefined || client === undefined) return visits.notice(request, reply, 404, "visitOver");
    Object.assign(request.bankCall, { clientId: client.clientId, authorizationId });
    return visits.begin(reply, { client: shownClient(client), authorization });
  });

  async function end(request: FastifyRequest, reply: FastifyReply, { authorization }: Asked, choice?: Choice): Promise<FastifyReply> {
    const pending = issuer.pending.get(authorization.authorizationId);
    // Somebody else cannot approve for the person the request names.
    if (pending === undefined || (choice !== undefined && choice.psuId !== pending.psuId)) return visits.notice(request, reply, 403, "visitOver");
    await decide(issuer, pending, choice);
    return visits.notice(request, reply, 200, "done");
  }
}

/** Carries out what a person decided; without a choice they refused. */
export async function decide(issuer: Issuer, pending: PendingApproval, choice: Choice | undefined): Promise<void> {
  const { errors: oauth } = await import("oidc-provider");
  const provider = await issuer.server.provider();
  issuer.pending.delete(pending.authorizationId);
  const command = choice === undefined ? ({ type: "reject" } as const) : ({ type: "approve", ...choice } as const);
  const authorization = issuer.authorizations.apply(pending.authorizationId, command);
  if (authorization === undefined) throw errors.ERR_SANDBOX_AUTHORIZATION_UNKNOWN({ message: "This authorization is no longer pending." });
  if (choice === undefined) {
    await provider.backchannelResult(pending.authReqId, new oauth.AccessDenied("The person refused the authorization"));
    return;
  }
  const { login, consent } = await grantFor(issuer, authorization);
  await provider.backchannelResult(pending.authReqId, consent.grantId, { acr: login.acr, authTime: login.ts });
}
