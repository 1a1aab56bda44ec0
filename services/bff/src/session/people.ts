import { hash } from "node:crypto";
import { betterAuth } from "better-auth";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { getAdapter } from "better-auth/db/adapter";
import type { Kysely } from "kysely";
import { z } from "zod";
import { keep, newId } from "@opl/service";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import { inTransaction } from "@opl/postgres";
import { findPasswordHash, findPersonByEmail, insertPerson, nobody, savePasswordHash, writePersonUnchanged } from "../db/person-store.ts";
import { endSession, findSession } from "../db/session-store.ts";
import type { FoundSession } from "../db/session-store.ts";
import type { Tables } from "../db/tables.ts";
import { sessionCookieAttributes, sessionCookieName } from "./cookie.ts";
import { withHashedSessionTokens } from "./hashed-tokens.ts";
import { instantsAsDates } from "./instants-as-dates.ts";
import { hashPassword, verifyPassword } from "./password.ts";

/** Who is signed in, by which session. */
export interface SignedIn {
  readonly psuId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly email: string;
  /** When the person last proved who they are. */
  readonly provedAt: Temporal.Instant;
}

/** Where a request comes from, for the record of the session. */
export interface Visitor {
  readonly ipAddress: string;
  readonly userAgent?: string;
}

/** An answer that changes the browser's cookie: values for Set-Cookie headers beside it. */
export interface WithCookies<T> {
  readonly value: T;
  readonly cookies: readonly string[];
}

/** People, their credentials and their sessions. The login library does the work; this says what of it we use. */
export interface People {
  /** Silently changes nothing for an address that is taken, by as much work (US-21). */
  signUp(person: { readonly name: string; readonly email: string; readonly password: string }): Promise<void>;
  /** Whose address and password these are. Takes as long when they are nobody's (US-21). */
  findByPassword(credentials: { readonly email: string; readonly password: string }): Promise<string | undefined>;
  /** A new session with a new id each time, for somebody who has proved who they are. Undefined for who was erased meanwhile. */
  begin(psuId: string, visitor: Visitor): Promise<WithCookies<SignedIn> | undefined>;
  /** Whose session the cookie is, undefined for none, an ended or an expired one. A session in use lives on. */
  authenticate(cookie: string | undefined): Promise<WithCookies<SignedIn> | undefined>;
  /** Says whose session it was, undefined when there was none. */
  signOut(cookie: string | undefined): Promise<WithCookies<{ readonly psuId: string } | undefined>>;
  /** Is this the person's password? Takes as long for who has none. */
  passwordFits(psuId: string, password: string): Promise<boolean>;
}

export interface PeopleOptions {
  readonly db: Kysely<Tables>;
  readonly cookieSecret: string;
  readonly publicOrigin: string;
  /** A session that is not used ends after this time. */
  readonly idleMinutes: number;
  /** Every session ends after this time. */
  readonly longestHours: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Set by us on what we hand to the library, never read from a request. */
const addressHeader = "opl-client-address";

/** Cookies remembered at the most. */
const rememberedCookies = 10_000;

/** A session in use lives on: its end moves when so much of its life is over. */
function renewAfterSeconds(idleMinutes: number): number {
  return Math.ceil((idleMinutes * 60) / 10);
}

export async function openPeople(options: PeopleOptions): Promise<People> {
  const auth = await configureLibrary(options);
  const { api } = auth;
  const endOfLife = (createdAt: Date): number => createdAt.getTime() + options.longestHours * 3_600_000;
  const idleSeconds = options.idleMinutes * 60;
  /** Ids of sessions by the hash of a cookie that the library has found to be genuine. Whether the session lives is asked each time. */
  const genuine = keep<string>(rememberedCookies);
  /** Nothing to do for this session but to go on: neither over nor due to be renewed. */
  const goesOn = ({ createdAt, expiresAt }: FoundSession): boolean => {
    const now = options.clock.now();
    const renewedFrom = expiresAt.subtract({ seconds: idleSeconds - renewAfterSeconds(options.idleMinutes) });
    return Temporal.Instant.compare(now, renewedFrom) < 0 && Temporal.Instant.compare(now, createdAt.add({ hours: options.longestHours })) < 0;
  };
  const passwordFits = async (psuId: string | undefined, password: string): Promise<boolean> => {
    const known = await findPasswordHash(options.db, psuId ?? nobody);
    if (known !== undefined) return verifyPassword({ hash: known, password });
    await hashPassword(password);
    return false;
  };
  return {
    async signUp({ password, ...person }) {
      const hash = await hashPassword(password);
      const [psuId, id, now] = [newId(), newId(), options.clock.now()];
      await inTransaction(options.db, async (tx) => {
        if (await insertPerson(tx, { ...person, psuId }, now)) await savePasswordHash(tx, { id, psuId, hash }, now);
        else await writePersonUnchanged(tx, person.email);
      });
    },
    async findByPassword({ email, password }) {
      const person = await findPersonByEmail(options.db, email);
      return (await passwordFits(person?.psuId, password)) ? person?.psuId : undefined;
    },
    async begin(psuId, visitor) {
      const headers = new Headers({ [addressHeader]: visitor.ipAddress, ...(visitor.userAgent === undefined ? {} : { "user-agent": visitor.userAgent }) });
      const answer = await orUndefinedWhenRefused(api.beginSession({ body: { userId: psuId }, headers, returnHeaders: true }));
      if (answer === undefined) return undefined;
      const { sessionId } = answer.response;
      const found = await findSession(options.db, sessionId);
      return found === undefined ? undefined : { value: signedIn(sessionId, found), cookies: ownCookies(answer.headers) };
    },
    async authenticate(cookie) {
      if (cookie === undefined) return undefined;
      const key = hash("sha256", cookie);
      const sessionId = genuine.get(key);
      const known = sessionId === undefined ? undefined : await findSession(options.db, sessionId);
      if (sessionId !== undefined && known !== undefined && goesOn(known)) {
        return { value: signedIn(sessionId, known), cookies: [] };
      }
      genuine.delete(key);
      const answer = await orUndefinedWhenRefused(api.getSession({ headers: new Headers({ cookie }), returnHeaders: true }));
      const session = answer?.response ?? null;
      if (answer === undefined || session === null) return undefined;
      if (endOfLife(session.session.createdAt) <= options.clock.now().epochMilliseconds) {
        await inTransaction(options.db, (tx) => endSession(tx, session.session.id));
        return undefined;
      }
      const found = await findSession(options.db, session.session.id);
      if (found === undefined) return undefined;
      genuine.set(key, session.session.id);
      return { value: signedIn(session.session.id, found), cookies: ownCookies(answer.headers) };
    },
    async signOut(cookie) {
      const headers = new Headers(cookie === undefined ? {} : { cookie });
      // The library would say "done" as well when the database cannot be reached; a session that lives on must not look ended.
      const answer = await orUndefinedWhenRefused(api.getSession({ headers }));
      if (answer !== undefined && answer !== null) await inTransaction(options.db, (tx) => endSession(tx, answer.session.id));
      const psuId = answer?.user.id;
      const cleared = await api.signOut({ headers, returnHeaders: true });
      return { value: psuId === undefined ? undefined : { psuId }, cookies: ownCookies(cleared.headers) };
    },
    passwordFits,
  };
}

async function configureLibrary({ db, cookieSecret, publicOrigin, idleMinutes, logger }: PeopleOptions) {
  const options: BetterAuthOptions = {
    appName: "One Point Ledger",
    baseURL: publicOrigin,
    basePath: "/api/auth",
    secret: cookieSecret,
    telemetry: { enabled: false },
    // Messages of the library may name people: only that something went wrong is worth a line of ours.
    logger: { level: "error", disableColors: true, log: (_level: string, message: string) => logger.error({ subsystem: "people" }, message.split(":")[0]) },
    user: { modelName: "people" },
    session: { modelName: "sessions", expiresIn: idleMinutes * 60, updateAge: renewAfterSeconds(idleMinutes), cookieCache: { enabled: false } },
    account: { modelName: "credentials" },
    verification: { modelName: "verifications" },
    // Attempts are counted by us, per address and per account, in Postgres.
    rateLimit: { enabled: false },
    advanced: {
      ipAddress: { ipAddressHeaders: [addressHeader] },
      cookies: { session_token: { name: sessionCookieName, attributes: sessionCookieAttributes } },
      defaultCookieAttributes: sessionCookieAttributes,
      useSecureCookies: false,
      database: { generateId: () => newId() },
    },
  };
  const adapter = await getAdapter({ ...options, database: { db: db.withPlugin(instantsAsDates), type: "postgres", transaction: true } });
  const auth = betterAuth({ ...options, plugins: [ownWaysIn], database: () => withHashedSessionTokens(adapter) });
  await auth.$context;
  return auth;
}

function signedIn(sessionId: string, { psuId, name, email, provedAt }: FoundSession): SignedIn {
  return { psuId, sessionId, name, email, provedAt };
}

/** For our own ways in: a session of the library for somebody who was let in by us. Without an address: no request reaches it. */
const ownWaysIn = {
  id: "own-ways-in",
  endpoints: {
    beginSession: createAuthEndpoint.serverOnly({ method: "POST", body: z.object({ userId: z.string() }) }, async (ctx) => {
      const { internalAdapter } = ctx.context;
      const user = await internalAdapter.findUserById(ctx.body.userId);
      if (user === null) throw new APIError("UNAUTHORIZED");
      const session = await internalAdapter.createSession(user.id);
      await setSessionCookie(ctx, { session, user });
      return { sessionId: session.id };
    }),
  },
} satisfies BetterAuthPlugin;

/** The one cookie we use; the library also clears some that it never set here. */
function ownCookies(headers: Headers): readonly string[] {
  return headers.getSetCookie().filter((cookie) => cookie.startsWith(`${sessionCookieName}=`));
}

/** The library says no by throwing; anything but a refusal is thrown on, as what it was before the library wrapped it. */
async function orUndefinedWhenRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    if (error.statusCode < 500) return undefined;
    throw error.cause ?? error;
  }
}
