import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import { header } from "../http/call.ts";
import { readForm } from "../http/form.ts";
import type { Approval, Authorization } from "../op/authorization.ts";
import type { Html } from "../pages/html.ts";
import { loginPage } from "../pages/login.ts";
import { noticePage, type NoticeKind } from "../pages/notice.ts";
import { chooseLanguage, type Brand, type Language } from "../pages/texts.ts";
import type { PersonBooks } from "../people/books.ts";
import type { People } from "../people/directory.ts";
import { createLoginSessions, type Asked, type LoginSession } from "./login-sessions.ts";

/** Whom and what a person chose. */
export type Choice = Approval;

/** What a page after the login is drawn from. */
export interface StepPage extends PageParts {
  readonly person: PersonBooks;
  readonly nothingChosen: boolean;
}
interface PageParts extends Pick<Asked, "client" | "authorization"> {
  readonly language: Language;
  readonly brand: Brand;
  readonly action: string;
  readonly formToken: string;
}

/** The page after the login, and what a person chose on it; undefined where that is nothing. */
export interface Step {
  page(input: StepPage): Html;
  choice(chosen: (name: string) => readonly string[], input: { readonly authorization: Authorization; readonly person: PersonBooks }): Choice | undefined;
}

export interface VisitSite<A extends Asked> {
  /** Path of the pages; each visit lies below it. */
  readonly base: string;
  readonly cookieName: string;
  readonly endpoints: { readonly page: string; readonly login: string; readonly decision: string };
  readonly brand: Brand;
  readonly people: People;
  readonly clock: Clock;
  readonly lifetimeSeconds: number;
  /** Origin of the pages; forms from elsewhere do not count. */
  readonly origin: () => string;
  /** Where the browser goes after the decision, as an origin; undefined where it stays. */
  readonly leavesTo: (asked: A) => string | undefined;
  readonly step: (asked: A) => Step;
  readonly approve: (request: FastifyRequest, reply: FastifyReply, session: LoginSession<A>, choice: Choice) => Promise<FastifyReply>;
  readonly refuse: (request: FastifyRequest, reply: FastifyReply, session: LoginSession<A>) => Promise<FastifyReply> | FastifyReply;
}

export interface Visits<A extends Asked> {
  /** Begins a visit and sends the browser to its first page. */
  begin(reply: FastifyReply, asked: A): FastifyReply;
  notice(request: FastifyRequest, reply: FastifyReply, status: number, kind: NoticeKind, detail?: string): FastifyReply;
}

/** The pages of a bank between the request and the decision: who are you, and what may be read? */
export function visitRoutes<A extends Asked>(server: FastifyInstance, site: VisitSite<A>): Visits<A> {
  const { base, cookieName, endpoints, brand, people } = site;
  const sessions = createLoginSessions<A>({ clock: site.clock, lifetimeSeconds: site.lifetimeSeconds });

  server.get<{ Params: { id: string } }>(`${base}/:id`, { config: { endpoint: endpoints.page } }, async (request, reply) => {
    const session = find(request);
    if (session === undefined) return notice(request, reply, 410, "visitOver");
    return showStep(request, reply, session);
  });

  server.post<{ Params: { id: string } }>(`${base}/:id/login`, { config: { endpoint: endpoints.login } }, async (request, reply) => {
    const { session, form } = findForForm(request);
    if (session === undefined) return notice(request, reply, 403, "visitOver");
    const psuId = (form.fields.get("psuId") ?? "").trim();
    const person = psuId === "" ? undefined : people.find(psuId);
    if (person === undefined) return showStep(request, reply, session, { psuId });
    session.psuId = person.psuId;
    request.bankCall.psuId = person.psuId;
    return reply.redirect(localised(`${base}/${session.id}`, request), 303);
  });

  server.post<{ Params: { id: string } }>(`${base}/:id/decision`, { config: { endpoint: endpoints.decision } }, async (request, reply) => {
    const { session, form } = findForForm(request);
    if (session === undefined) return notice(request, reply, 403, "visitOver");
    if (session.psuId !== undefined) request.bankCall.psuId = session.psuId;
    if (form.fields.get("decision") !== "approve") {
      session.done = true;
      return site.refuse(request, reply, session);
    }
    const person = people.find(session.psuId ?? "");
    if (person === undefined) return showStep(request, reply, session);
    const { authorization } = session.request;
    const choice = site.step(session.request).choice((name) => form.all(name), { authorization, person });
    if (choice === undefined) return showStep(request, reply, session, { nothingChosen: true });
    session.done = true;
    return site.approve(request, reply, session, choice);
  });

  function find(request: FastifyRequest<{ Params: { id: string } }>): LoginSession<A> | undefined {
    const session = sessions.find(request.params.id, browserOf(request, cookieName));
    if (session === undefined || session.done) return undefined;
    request.bankCall.clientId = session.request.client.clientId;
    request.bankCall.authorizationId = session.request.authorization.authorizationId;
    return session;
  }

  /** A form counts only from the browser that began, from our own page, with the token of that page. */
  function findForForm(request: FastifyRequest<{ Params: { id: string } }>): {
    session: LoginSession<A> | undefined;
    form: ReturnType<typeof readForm>;
  } {
    const form = readForm(request.body);
    const session = find(request);
    const origin = header(request, "origin");
    const ownOrigin = origin === undefined || origin === site.origin();
    return { form, session: ownOrigin && session?.formToken === form.fields.get("formToken") ? session : undefined };
  }

  function showStep(
    request: FastifyRequest,
    reply: FastifyReply,
    session: LoginSession<A>,
    problem: { readonly psuId?: string; readonly nothingChosen?: boolean } = {},
  ): FastifyReply {
    const { client, authorization } = session.request;
    const common = { language: languageOf(request), brand, action: `${base}/${session.id}`, formToken: session.formToken, client, authorization };
    const person = session.psuId === undefined ? undefined : people.find(session.psuId);
    const page =
      person === undefined
        ? loginPage({ ...common, kind: authorization.kind, residents: people.residents, unknownPsuId: problem.psuId })
        : site.step(session.request).page({ ...common, person, nothingChosen: problem.nothingChosen ?? false });
    return html(reply, problem.psuId === undefined && problem.nothingChosen !== true ? 200 : 422, page, `'self' ${site.leavesTo(session.request) ?? ""}`);
  }

  function notice(request: FastifyRequest, reply: FastifyReply, status: number, kind: NoticeKind, detail?: string): FastifyReply {
    return html(reply, status, noticePage({ language: languageOf(request), brand, kind, detail }), "'none'");
  }

  return {
    notice,
    begin(reply, asked) {
      const session = sessions.begin(asked);
      // One for each visit: two that begin at the same moment in one browser would take each other's.
      reply.header("set-cookie", `${cookieName}=${session.browser}; Path=${base}/${session.id}; HttpOnly; SameSite=Lax; Max-Age=${site.lifetimeSeconds}`);
      return reply.redirect(`${base}/${session.id}`, 303);
    },
  };
}

/** `formAction`: browsers apply it to the redirect after a form too, so the third party's origin must be named. */
function html(reply: FastifyReply, status: number, page: Html, formAction: string): FastifyReply {
  const policy = `default-src 'none'; style-src 'self'; form-action ${formAction.trim()}; base-uri 'none'; frame-ancestors 'none'`;
  return reply.code(status).type("text/html; charset=utf-8").header("content-security-policy", policy).send(page.markup);
}

function browserOf(request: FastifyRequest, cookieName: string): string | undefined {
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
