import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export interface BankRead {
  readonly readId: string;
  readonly consentId: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly attended: boolean;
  readonly startedAt: Temporal.Instant;
}

/** When the unattended reads of one resource were made since an instant, oldest first. */
export async function unattendedReadsSince(
  tx: Executor<Tables>,
  read: Pick<BankRead, "consentId" | "resource" | "resourceId">,
  since: Temporal.Instant,
): Promise<readonly Temporal.Instant[]> {
  const rows = await tx
    .selectFrom("bankReads")
    .select("startedAt")
    .where("consentId", "=", read.consentId)
    .where("resource", "=", read.resource)
    .where("resourceId", "=", read.resourceId)
    .where("attended", "=", false)
    .where("startedAt", ">", since)
    .orderBy("startedAt")
    .execute();
  return rows.map(({ startedAt }) => startedAt);
}

export async function insertRead(tx: Executor<Tables>, read: BankRead): Promise<void> {
  await tx.insertInto("bankReads").values(read).execute();
}

/** Where a later page of a read begins; undefined when the page does not belong to this consent and account. */
export async function getContinuation(
  db: Executor<Tables>,
  read: { readId: string; page: number; consentId: string; resourceId: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom("readPages")
    .innerJoin("bankReads", "bankReads.readId", "readPages.readId")
    .select("readPages.continuation")
    .where("readPages.readId", "=", read.readId)
    .where("readPages.page", "=", read.page)
    .where("bankReads.consentId", "=", read.consentId)
    .where("bankReads.resourceId", "=", read.resourceId)
    .executeTakeFirst();
  return row?.continuation;
}

/**
 * Keeps where the next page begins; reading the same page again may move it.
 * A continuation that another page of the read already has breaks the constraint `read_pages_no_circle`.
 */
export async function saveContinuation(
  db: Executor<Tables>,
  page: { readId: string; page: number; continuation: string; continuationHash: Uint8Array },
): Promise<void> {
  await db
    .insertInto("readPages")
    .values(page)
    .onConflict((conflict) => conflict.columns(["readId", "page"]).doUpdateSet({ continuation: page.continuation, continuationHash: page.continuationHash }))
    .execute();
}

/** Reads older than any window or cursor. */
export async function deleteReadsBefore(db: Executor<Tables>, before: Temporal.Instant): Promise<void> {
  await db.deleteFrom("bankReads").where("startedAt", "<", before).execute();
}
