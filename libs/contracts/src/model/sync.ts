import { z } from "zod";
import { aspspId, isoInstant, uuid } from "./ids.ts";

export const syncReason = z.enum(["first", "manual", "scheduled"]);
export const syncStatus = z.enum(["queued", "running", "completed", "failed"]);

/** One bounded reading of all accounts of a consent. */
export const sync = z.object({
  syncId: uuid,
  consentId: uuid,
  aspspId,
  reason: syncReason,
  status: syncStatus,
  startedAt: isoInstant.nullable(),
  finishedAt: isoInstant.nullable(),
  accounts: z.int(),
  accountsDone: z.int(),
  transactionsSeen: z.int(),
  transactionsNew: z.int(),
  errorCode: z.string().nullable(),
});
export type Sync = z.infer<typeof sync>;
