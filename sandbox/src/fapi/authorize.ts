import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { passThroughFaults } from "../http/gate.ts";
import { sendReply } from "../oauth/answers.ts";
import type { RegisteredClient } from "../oauth/clients.ts";
import type { Reply } from "../oauth/in-process.ts";
import type { Authorization } from "../op/authorization.ts";
import { leave } from "../visits/leave.ts";
import type { Asked, LoginSession } from "../visits/login-sessions.ts";
import { accountSelection } from "../op/approval-steps.ts";
import { visitRoutes, type Choice, type Visits } from "../visits/visits.ts";
import { dressResponse } from "./answers.ts";
import { withoutChallenge } from "./authorization-server.ts";
import { grantFor } from "./grant.ts";
import { basePath, endpointOf, pendingAuthorization, shownClient, type Issuer } from "./issuer.ts";
import { authenticatedQuestion, noteIntent } from "./token.ts";

/** A visit, with what the authorization server gave for its own part of it. */
interface FapiAsked extends Asked {
  readonly interaction: string;
  readonly resumeAt: string;
  /** Cookies of the authorization server; the browser never sees them. */
  readonly cookies: string;
  readonly redirectUri: string;
}

/** F8: the pushed authorization request (RFC 9126). */
export function pushedRequestRoutes(server: FastifyInstance, issuer: Issuer): void {
  server.post(`${basePath(issuer)}/par`, { config: { endpoint: endpointOf(issuer, "F8") } }, async (request, reply) => {
    const question = authenticatedQuestion(request, issuer, "/par");
    noteIntent(request, question.body, issuer);
    if (await passThroughFaults(request, reply, issuer)) return reply;
    const waived = issuer.faults.waives(request.bankCall, "pkce");
    const answer = await issuer.server.ask(waived ? { ...question, headers: { ...question.headers, ...withoutChallenge } } : question);
    return sendReply(reply, answer.status === 201 ? { ...answer, body: issuer.faults.changeJson(request.bankCall, answer.body) } : answer);
  });
}

/** F9: the pages of an issuer, from the pushed request to the answer in the redirect. */
export function authorizeRoutes(server: FastifyInstance, issuer: Issuer): void {
  const base = `${basePath(issuer)}/authorize`;
  const visits: Visits<FapiAsked> = visitRoutes<FapiAsked>(server, {
    base,
    cookieName: `${issuer.profile.name}_sandbox_browser`,
    endpoints: { page: endpointOf(issuer, "F9-page"), login: endpointOf(issuer, "F9-login"), decision: endpointOf(issuer, "F9-decision") },
    brand: issuer.profile.brand,
    people: issuer.people,
    clock: issuer.clock,
    lifetimeSeconds: issuer.config.SANDBOX_INTENT_SECONDS,
    origin: () => issuer.address.pagesOrigin,
    leavesTo: ({ redirectUri }) => new URL(redirectUri).origin,
    step: () => accountSelection,
    approve: (request, reply, session, choice) => approve(request, reply, { issuer, session, choice, visits }),
    refuse: (request, reply, session) => refuse(request, reply, { issuer, session, visits }),
  });

  server.get(base, { config: { endpoint: endpointOf(issuer, "F9") } }, async (request, reply) => {
    const question = request.url.split("?")[1] ?? "";
    const answer = await issuer.server.ask({ method: "GET", path: `/authorize?${question}`, headers: { accept: "text/html" } });
    const uid = /^\/interaction\/([\w-]+)$/.exec(String(answer.headers["location"] ?? ""))?.[1];
    if (uid === undefined) return leaveWith(request, reply, { issuer, visits, answer });
    const provider = await issuer.server.provider();
    const interaction = await provider.Interaction.find(uid);
    // A pushed request opens the pages once; the library would count only the answer.
    await (await provider.PushedAuthorizationRequest.find((interaction as { readonly parJti?: string } | undefined)?.parJti ?? ""))?.consume();
    const params = interaction?.params as { client_id: string; redirect_uri: string; claims?: string };
    const client = issuer.clients.get(params.client_id) as RegisteredClient;
    request.bankCall.clientId = client.clientId;
    const visit = { interaction: uid, resumeAt: interaction?.returnTo ?? "", cookies: cookiesOf(answer), redirectUri: params.redirect_uri };
    const authorization = pendingAuthorization(issuer, client.clientId, JSON.parse(params.claims ?? "{}"));
    if (authorization === undefined) {
      const result = { error: "invalid_request", error_description: "claims name no pending authorization of this client" };
      return leaveWith(request, reply, { issuer, visits, answer: await resume(issuer, visit, result) });
    }
    request.bankCall.authorizationId = authorization.authorizationId;
    if (await passThroughFaults(request, reply, issuer)) return reply;
    return visits.begin(reply, { ...visit, client: shownClient(client), authorization });
  });
}

type Visit = Omit<FapiAsked, keyof Asked>;

/** Tells the authorization server what came of the interaction, and lets it answer the third party. */
async function resume(issuer: Issuer, visit: Visit, result: Record<string, unknown>): Promise<Reply> {
  const provider = await issuer.server.provider();
  const interaction = await provider.Interaction.find(visit.interaction);
  if (interaction !== undefined) {
    Object.assign(interaction, { result, parJti: undefined });
    await interaction.persist();
  }
  const path = new URL(visit.resumeAt).pathname.slice(basePath(issuer).length);
  return issuer.server.ask({ method: "GET", path, headers: { cookie: visit.cookies, accept: "text/html" } });
}

interface Step {
  readonly issuer: Issuer;
  readonly session: LoginSession<FapiAsked>;
  readonly visits: Visits<FapiAsked>;
}

async function refuse(request: FastifyRequest, reply: FastifyReply, { issuer, session, visits }: Step): Promise<FastifyReply> {
  issuer.authorizations.apply(session.request.authorization.authorizationId, { type: "reject" });
  const result = { error: "access_denied", error_description: "The person refused the authorization" };
  return leaveWith(request, reply, { issuer, visits, answer: await resume(issuer, session.request, result) });
}

async function approve(request: FastifyRequest, reply: FastifyReply, { issuer, session, visits, choice }: Step & { choice: Choice }): Promise<FastifyReply> {
  const authorization: Authorization | undefined = issuer.authorizations.apply(session.request.authorization.authorizationId, { type: "approve", ...choice });
  const result =
    authorization === undefined
      ? { error: "server_error", error_description: "The authorization is no longer pending" }
      : { ...(await grantFor(issuer, authorization)) };
  return leaveWith(request, reply, { issuer, visits, answer: await resume(issuer, session.request, result) });
}

/** Sends the browser back with what the authorization server answered; shows a page where there is nobody to answer. */
async function leaveWith(
  request: FastifyRequest,
  reply: FastifyReply,
  { issuer, visits, answer }: { issuer: Issuer; visits: Visits<FapiAsked>; answer: Reply },
): Promise<FastifyReply> {
  const location = answer.headers["location"];
  if (typeof location !== "string") {
    const { error_description: detail, error } = answer.body as { error?: string; error_description?: string };
    return visits.notice(request, reply, answer.status, "requestRefused", detail ?? error);
  }
  const target = new URL(location);
  const given = [...target.searchParams];
  const redirectUri = location.slice(0, location.indexOf("?"));
  const jarm = target.searchParams.get("response");
  if (jarm === null) {
    const parameters = issuer.faults.changeAuthorizationResponse(request.bankCall, given);
    return leave(request, reply, { faults: issuer.faults, delivery: "query", redirectUri, parameters });
  }
  const { response, parameters } = await dressResponse(issuer, request.bankCall, jarm);
  return leave(request, reply, {
    faults: issuer.faults,
    delivery: "query",
    redirectUri,
    parameters: response === undefined ? parameters : [["response", response]],
  });
}

function cookiesOf({ headers }: Reply): string {
  const lines = [headers["set-cookie"] ?? []].flat().map(String);
  return lines.map((line) => line.split(";")[0]).join("; ");
}
