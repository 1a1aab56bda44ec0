import type { FastifyRequest } from "fastify";
import type { RouteContract } from "@opl/contracts/http";
import type { Authenticated, Clock, ServiceTokens } from "@opl/service";
import { isRecentSignIn } from "../domain/recent-sign-in.ts";
import { errors } from "../errors.ts";
import { clientAddress } from "./client-address.ts";
import type { TrustedProxies } from "./client-address.ts";
import { sessionCookieOf } from "./cookie.ts";
import type { People, SignedIn, Visitor } from "./people.ts";

const longestUserAgent = 500;

/** Where a request comes from; never from a header a stranger wrote. */
export function visitorOf(request: FastifyRequest, proxies: TrustedProxies): Visitor {
  const agent = request.headers["user-agent"];
  return {
    ipAddress: clientAddress(request.socket.remoteAddress ?? "0.0.0.0", request.headers["x-forwarded-for"], proxies),
    ...(agent === undefined ? {} : { userAgent: agent.slice(0, longestUserAgent) }),
  };
}

/** The session a request comes with. A renewed cookie is put on the answer. */
export async function sessionOf(request: FastifyRequest, people: People): Promise<SignedIn | undefined> {
  const known = seen.get(request);
  if (known !== undefined) return known;
  const session = await people.authenticate(sessionCookieOf(request.headers.cookie));
  if (session === undefined) return undefined;
  seen.set(request, session.value);
  renewed.set(request, session.cookies);
  return session.value;
}

/** The session of a request that was let in as somebody's. */
export function signedInOf(request: FastifyRequest): SignedIn {
  const session = seen.get(request);
  if (session === undefined) throw errors.ERR_NOT_SIGNED_IN();
  return session;
}

/** For the security log: which session asked, if one did. */
export function sessionIdOf(request: FastifyRequest): string | undefined {
  return seen.get(request)?.sessionId;
}

/** Who asked, if it was somebody who is signed in. */
export function psuIdOf(request: FastifyRequest): string | undefined {
  return seen.get(request)?.psuId;
}

/** Cookies that the answer to this request has to carry. */
export function renewedCookiesOf(request: FastifyRequest): readonly string[] {
  return renewed.get(request) ?? [];
}

interface Gate {
  readonly people: People;
  readonly clock: Clock;
  readonly tokens: ServiceTokens;
  readonly proxies: TrustedProxies;
  /** Asked at each request, so that a role taken away is gone at once. */
  readonly isOperator: (psuId: string) => Promise<boolean>;
}

/**
 * Lets a request in: anybody where no person is needed, else who is signed in, with the signed proof for the services behind us. A
 * route for operators is closed to everybody else, here and nowhere else (TM-29), and so is one whose contract wants a recent sign-in
 * to a session that somebody may have left open.
 */
export function authenticator({ people, clock, tokens, proxies, isOperator }: Gate) {
  return async (request: FastifyRequest, contract: RouteContract): Promise<Authenticated> => {
    if (contract.psu === "none") return { caller: "browser" };
    const session = await sessionOf(request, people);
    if (session === undefined) throw errors.ERR_NOT_SIGNED_IN();
    if (contract.role === "operator" && !(await isOperator(session.psuId))) throw errors.ERR_OPERATORS_ONLY();
    if (contract.recentSignIn === true && !isRecentSignIn(session.provedAt, clock.now())) throw errors.ERR_RECENT_SIGN_IN_NEEDED();
    const psu = await tokens.signPsuContext({ psuId: session.psuId, sessionId: session.sessionId, ...visitorOf(request, proxies) });
    return { caller: "browser", psu };
  };
}

const seen = new WeakMap<FastifyRequest, SignedIn>();
const renewed = new WeakMap<FastifyRequest, readonly string[]>();
