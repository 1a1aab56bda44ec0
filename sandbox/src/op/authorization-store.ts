import { join } from "node:path";
import { openJournal } from "../state/journal.ts";
import { authorizationSchema, decide, statusAt, type Authorization, type AuthorizationCommand, type AuthorizationStatus } from "./authorization.ts";
import type { Clock } from "../clock.ts";

export interface AuthorizationStore {
  get(authorizationId: string): Authorization | undefined;
  put(authorization: Authorization): void;
  /** Carries out the command where the current state permits it; undefined where it does not. */
  apply(authorizationId: string, command: AuthorizationCommand): Authorization | undefined;
  statusOf(authorization: Authorization): AuthorizationStatus;
  all(): Iterable<Authorization>;
  close(): void;
}

export function openAuthorizations({ folder, clock, intentSeconds }: { folder: string; clock: Clock; intentSeconds: number }): AuthorizationStore {
  const journal = openJournal<Authorization>(join(folder, "authorizations.jsonl"), authorizationSchema);
  const statusOf = (authorization: Authorization): AuthorizationStatus => statusAt(authorization, clock.now(), intentSeconds);
  return {
    get: (id) => journal.get(id),
    put: (authorization) => journal.put(authorization.authorizationId, authorization),
    apply(id, command) {
      const current = journal.get(id);
      if (current === undefined) return undefined;
      const next = decide({ ...current, status: statusOf(current) }, command, clock.now());
      if (next !== undefined) journal.put(id, next);
      return next;
    },
    statusOf,
    all: () => journal.values(),
    close: () => journal.close(),
  };
}
