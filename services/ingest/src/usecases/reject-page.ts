import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { nameOf } from "../domain/name-id.ts";
import { markIncomplete } from "../db/account-store.ts";
import { quarantine } from "../db/quarantine-store.ts";
import { endReading, holdAccount } from "../db/reading-store.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";
import type { AccountReading } from "./store-page.ts";

export interface RejectedPage {
  readonly page: number;
  readonly code: string;
  /** The message in the archive, where there is one. */
  readonly rawHash: string | null;
}

/**
 * Puts a page into quarantine: nothing of it is taken, the account is incomplete from now on and says so. What earlier
 * pages brought stays; nothing is concluded from what was not read.
 * @throws ERR_SYNC_CONSENT_ENDED, ERR_SYNC_TAKEN_OVER
 */
export async function rejectPage(
  { db, clock, nameId }: Pick<IngestContext, "db" | "clock" | "nameId">,
  { sync, accountId }: AccountReading,
  { page, code, rawHash }: RejectedPage,
): Promise<void> {
  const { psuId, syncId, consentId, runId } = sync;
  await inTransaction(db, async (tx) => {
    if (!(await holdAccount(tx, psuId, consentId, accountId))) throw errors.ERR_SYNC_CONSENT_ENDED();
    if (!(await endReading(tx, { psuId, syncId, runId, accountId }, "incomplete", 0))) throw errors.ERR_SYNC_TAKEN_OVER();
    const now = clock.now();
    await markIncomplete(tx, psuId, accountId, now);
    await quarantine(tx, {
      psuId,
      quarantineId: nameId(nameOf("quarantine", syncId, accountId)),
      consentId,
      syncId,
      accountId,
      page,
      code,
      rawHash,
      createdAt: now,
    });
    const id = nameId(nameOf("page-rejected", syncId, accountId));
    await publish(tx, { type: "ingest.page-rejected", id, subject: accountId, psuId, data: { accountId, psuId, consentId, syncId, code, rawHash } });
  });
}
