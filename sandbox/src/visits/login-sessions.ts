import type { Clock } from "../clock.ts";
import { randomText } from "../identifiers.ts";
import type { Authorization } from "../op/authorization.ts";

/** What a person is asked at a bank, and by whom. */
export interface Asked {
  readonly client: { readonly clientId: string; readonly clientName: string; readonly orgName: string };
  readonly authorization: Authorization;
}

/** One visit of a person to the bank's pages, from the redirect in to the redirect out. */
export interface LoginSession<A extends Asked> {
  readonly id: string;
  /** Held by the browser that began the visit, and by no other. */
  readonly browser: string;
  /** Must come back with every form. */
  readonly formToken: string;
  readonly request: A;
  readonly endsAt: Temporal.Instant;
  psuId?: string;
  done: boolean;
}

export interface LoginSessions<A extends Asked> {
  begin(request: A): LoginSession<A>;
  /** The running visit of this browser, or undefined where it ended, timed out or belongs to another browser. */
  find(id: string, browser: string | undefined): LoginSession<A> | undefined;
}

const limit = 10_000;

/** Kept in memory only: a bank that restarts asks the person to begin again. */
export function createLoginSessions<A extends Asked>({ clock, lifetimeSeconds }: { clock: Clock; lifetimeSeconds: number }): LoginSessions<A> {
  const sessions = new Map<string, LoginSession<A>>();
  return {
    begin(request) {
      const session: LoginSession<A> = {
        id: randomText(24),
        browser: randomText(24),
        formToken: randomText(32),
        request,
        endsAt: clock.now().add({ seconds: lifetimeSeconds }),
        done: false,
      };
      sessions.set(session.id, session);
      const oldest = sessions.keys().next().value;
      if (sessions.size > limit && oldest !== undefined) sessions.delete(oldest);
      return session;
    },
    find(id, browser) {
      const session = sessions.get(id);
      if (session === undefined || session.browser !== browser) return undefined;
      return Temporal.Instant.compare(clock.now(), session.endsAt) < 0 ? session : undefined;
    },
  };
}
