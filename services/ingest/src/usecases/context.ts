import type { Kysely } from "kysely";
import type { Clock } from "@opl/service";
import type { NameId } from "../domain/name-id.ts";
import type { ReadingLimits } from "../domain/sync-plan.ts";
import type { BankGateway } from "../clients/bank-gateway.ts";
import type { IngestDatabase } from "../db/tables.ts";

/** What use cases may need; each takes only its part. */
export interface IngestContext {
  readonly db: Kysely<IngestDatabase>;
  readonly clock: Clock;
  readonly nameId: NameId;
  readonly newId: () => string;
  readonly bankGateway: BankGateway;
  /** Channel that wakes those who run syncs. */
  readonly syncChannel: string;
  readonly settings: IngestSettings;
}

export interface IngestSettings {
  /** Unattended reads of a consent in 24 hours. */
  readonly scheduledSyncsPerDay: number;
  /** A person who asks again within so many seconds gets the sync that has just ended, for two at the most where that was incomplete. */
  readonly manualSyncSeconds: number;
  /** So long a first sync is left to a process that knows the person is present. */
  readonly firstSyncWaitSeconds: number;
  /** Accounts of one sync that are read at the same time. */
  readonly accountsAtOnce: number;
  readonly readingLimits: ReadingLimits;
  /** So long nobody else takes over a sync whose process is silent. */
  readonly leaseSeconds: number;
}
