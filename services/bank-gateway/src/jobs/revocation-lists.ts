import { startTimer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { RevocationLists } from "../egress/revocation-lists.ts";

/** Fetches what authorities publish of revoked certificates, each list when it is due. */
export function startRevocationLists(lists: RevocationLists, logger: Logger) {
  return startTimer({ name: "revocation-lists", everyMs: 60_000, logger, run: (signal) => lists.refresh(signal) });
}
