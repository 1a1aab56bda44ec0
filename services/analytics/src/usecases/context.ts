import type { publish } from "@opl/messaging";
import type { Clock } from "@opl/service";
import type { Kysely } from "kysely";
import type { IngestClient } from "../clients/ingest.ts";
import type { Tables } from "../db/tables.ts";

/** Everything use cases can reach; each takes only what it uses. */
export interface AnalyticsContext {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  /** The zone in which a bank's points in time become days. Booking dates are days already and never move. */
  readonly timeZone: string;
  readonly publish: typeof publish<Tables>;
  readonly ingest: IngestClient;
  /** Removes what we told about a person from the event server. */
  readonly purgeFacts: (psuId: string) => Promise<unknown>;
  /** How long a person's figures must be quiet before transfers and recurring payments are worked out, and how long that is put off at the most. */
  readonly settling: { readonly pauseMs: number; readonly atMostMs: number };
}
