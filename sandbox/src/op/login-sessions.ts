import type { Clock } from "../clock.ts";
import { randomText } from "../identifiers.ts";
import type { AuthorizationRequest } from "./request-object.ts";

/** One visit of a person to the bank's pages, from the redirect in to the redirect out. */
export interface LoginSession {
  readonly id: string;
  /** Cookie of the browser that began the visit. */
  readonly browser: string;
  /** Must come back with every form. */
  readonly formToken: string;
  readonly request: AuthorizationRequest;
  readonly endsAt: Temporal.Instant;
  psuId?: string;
  done: boolean;
}

export interface LoginSessions {
  begin(request: AuthorizationRequest, browser: string): LoginSession;
  /** The running visit of this browser, or undefined where it ended, timed out or belongs to another browser. */
  find(id: string, browser: string | undefined): LoginSession | undefined;
}

const limit = 10_000;

/** Kept in memory only: a bank that restarts asks the person to begin again. */
export function createLoginSessions({ clock, lifetimeSeconds }: { clock: Clock; lifetimeSeconds: number }): LoginSessions {
  const sessions = new Map<string, LoginSession>();
  return {
    begin(request, browser) {
      const session: LoginSession = {
        id: randomText(24),
        browser,
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
