import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import { readForm } from "../http/form.ts";
import type { Html } from "../pages/html.ts";
import { loginPage } from "../pages/login.ts";
import { noticePage } from "../pages/notice.ts";
import { pageStyle } from "../pages/style.ts";
import { chooseLanguage, type Language } from "../pages/texts.ts";
import { passThroughFaults } from "../http/gate.ts";
import { approvalSteps } from "./approval-steps.ts";
import type { Approval } from "./authorization.ts";
import type { Bank } from "./bank.ts";
import { issueIdToken } from "./id-token.ts";
import { randomText } from "../identifiers.ts";
import { createLoginSessions, type LoginSession } from "./login-sessions.ts";
import { readAuthorizationRequest } from "./request-object.ts";

const cookieName = "op_sandbox_browser";
const base = "/oauth/authorize";

/** Z1: the bank's own pages, from the signed request to the answer in the redirect; and Z2, the keys behind its ID tokens. */
export function authorizeRoutes(server: FastifyInstance, bank: Bank): void {
  const sessions = createLoginSessions({ clock: bank.clock, lifetimeSeconds: bank.config.SANDBOX_INTENT_SECONDS });

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

  server.get(base, { config: { endpoint: "Z1" } }, async (request, reply) => {
    const outcome = await readAuthorizationRequest(request.query as Record<string, unknown>, bank);
    if (outcome.kind === "unanswerable") return notice(request, reply, 400, "requestRefused", outcome.message);
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
    const browser = browserOf(request) ?? randomText(24);
    const session = sessions.begin(outcome.request, browser);
    reply.header("set-cookie", `${cookieName}=${browser}; Path=/oauth; HttpOnly; SameSite=Lax`);
    return reply.redirect(`${base}/${session.id}`, 303);
  });

  server.get<{ Params: { id: string } }>(`${base}/:id`, { config: { endpoint: "Z1-page" } }, async (request, reply) => {
    const session = find(request);
    if (session === undefined) return notice(request, reply, 410, "visitOver");
    return showStep(request, reply, session);
  });

  server.post<{ Params: { id: string } }>(`${base}/:id/login`, { config: { endpoint: "Z1-login" } }, async (request, reply) => {
    const { session, form } = findForForm(request);
    if (session === undefined) return notice(request, reply, 403, "visitOver");
    const psuId = (form.fields.get("psuId") ?? "").trim();
    const person = psuId === "" ? undefined : bank.people.find(psuId);
    if (person === undefined) return showStep(request, reply, session, { psuId });
    session.psuId = person.psuId;
    request.bankCall.psuId = person.psuId;
    return reply.redirect(localised(`${base}/${session.id}`, request), 303);
  });

  server.post<{ Params: { id: string } }>(`${base}/:id/decision`, { config: { endpoint: "Z1-decision" } }, async (request, reply) => {
    const { session, form } = findForForm(request);
    if (session === undefined) return notice(request, reply, 403, "visitOver");
    if (session.psuId !== undefined) request.bankCall.psuId = session.psuId;
    if (form.fields.get("decision") !== "approve") return refuse(request, reply, session);
    const person = bank.people.find(session.psuId ?? "");
    if (person === undefined) return showStep(request, reply, session);
    const { authorization } = session.request;
    const choice = approvalSteps[authorization.kind].choice((name) => form.all(name), { bank, authorization, person });
    if (choice === undefined) return showStep(request, reply, session, { nothingChosen: true });
    return approve(request, reply, session, choice);
  });

  server.get("/oauth/style.css", { config: { endpoint: "Z1-page" } }, async (_request, reply) =>
    reply.type("text/css; charset=utf-8").header("cache-control", "public, max-age=300").send(pageStyle),
  );

  server.get("/favicon.ico", { config: { endpoint: "Z1-page" } }, async (_request, reply) => reply.code(204).send());

  server.get("/oauth/jwks/PSD2_OIDC", { config: { endpoint: "Z2" } }, async () => bank.idTokenKeys.published());

  function find(request: FastifyRequest<{ Params: { id: string } }>): LoginSession | undefined {
    const session = sessions.find(request.params.id, browserOf(request));
    if (session === undefined || session.done) return undefined;
    request.bankCall.clientId = session.request.client.clientId;
    request.bankCall.authorizationId = session.request.authorization.authorizationId;
    return session;
  }

  /** A form counts only from the browser that began, from our own page, with the token of that page. */
  function findForForm(request: FastifyRequest<{ Params: { id: string } }>): { session: LoginSession | undefined; form: ReturnType<typeof readForm> } {
    const form = readForm(request.body);
    const session = find(request);
    const origin = header(request, "origin");
    const ownOrigin = origin === undefined || origin === bank.addresses.authorizeOrigin;
    return { form, session: ownOrigin && session?.formToken === form.fields.get("formToken") ? session : undefined };
  }

  function showStep(
    request: FastifyRequest,
    reply: FastifyReply,
    session: LoginSession,
    problem: { readonly psuId?: string; readonly nothingChosen?: boolean } = {},
  ): FastifyReply {
    const language = languageOf(request);
    const { request: asked } = session;
    const common = { language, action: `${base}/${session.id}`, formToken: session.formToken, client: asked.client, authorization: asked.authorization };
    const person = session.psuId === undefined ? undefined : bank.people.find(session.psuId);
    const page =
      person === undefined
        ? loginPage({ ...common, kind: asked.authorization.kind, residents: bank.people.residents, unknownPsuId: problem.psuId })
        : approvalSteps[asked.authorization.kind].page({ ...common, bank, person, nothingChosen: problem.nothingChosen ?? false });
    return html(reply, problem.psuId === undefined && problem.nothingChosen !== true ? 200 : 422, page, new URL(asked.redirectUri).origin);
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, session: LoginSession): FastifyReply {
    session.done = true;
    bank.authorizations.apply(session.request.authorization.authorizationId, { type: "reject" });
    return leave(request, reply, bank, session.request.redirectUri, [
      ["error", "access_denied"],
      ["error_description", "The person refused the authorization"],
      ["state", session.request.state],
    ]);
  }

  async function approve(request: FastifyRequest, reply: FastifyReply, session: LoginSession, choice: Approval): Promise<FastifyReply> {
    const { client, authorization: pending, redirectUri, scope, state, nonce, acr } = session.request;
    session.done = true;
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

  function notice(request: FastifyRequest, reply: FastifyReply, status: number, kind: "requestRefused" | "visitOver", detail?: string): FastifyReply {
    return html(reply, status, noticePage({ language: languageOf(request), kind, detail }));
  }
}

/** Sends the browser back with the answer where the bank is set to put it. */
function leave(request: FastifyRequest, reply: FastifyReply, bank: Bank, redirectUri: string, parameters: readonly [string, string][]): FastifyReply {
  const sent = bank.faults.changeAuthorizationResponse(request.bankCall, parameters);
  const delivery = bank.faults.delivery(request.bankCall) ?? bank.config.SANDBOX_RESPONSE_DELIVERY;
  const text = new URLSearchParams(sent.map(([name, value]): [string, string] => [name, value])).toString();
  const separator = delivery === "fragment" ? "#" : redirectUri.includes("?") ? "&" : "?";
  return reply.redirect(`${redirectUri}${separator}${text}`, 303);
}

function html(reply: FastifyReply, status: number, page: Html, leavesTo?: string): FastifyReply {
  // Browsers apply form-action to the redirect after a form too, so the third party's origin must be named.
  const formAction = leavesTo === undefined ? "'none'" : `'self' ${leavesTo}`;
  const policy = `default-src 'none'; style-src 'self'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`;
  return reply.code(status).type("text/html; charset=utf-8").header("content-security-policy", policy).send(page.markup);
}

function browserOf(request: FastifyRequest): string | undefined {
  const cookie = header(request, "cookie") ?? "";
  return cookie
    .split(";")
    .map((part) => part.trim().split("="))
    .find(([name]) => name === cookieName)?.[1];
}

function languageOf(request: FastifyRequest): Language {
  return chooseLanguage((request.query as { lang?: unknown }).lang, header(request, "accept-language"));
}

/** Keeps the language a person chose by hand across the redirect after a form. */
function localised(path: string, request: FastifyRequest): string {
  const { lang } = request.query as { lang?: unknown };
  return lang === "fi" || lang === "en" ? `${path}?lang=${lang}` : path;
}
