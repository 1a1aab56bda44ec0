import type { AspspTransaction } from "@opl/contracts/model";
import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import { changed, ofRun } from "./sync-store.ts";
import type { Run } from "./sync-store.ts";
import type { IngestDatabase, SyncAccountsTable } from "./tables.ts";

type Db = Executor<IngestDatabase>;
type Tx = Transaction<IngestDatabase>;
export type SyncAccountRow = Selectable<SyncAccountsTable>;

/** Records which accounts are to be read; false when that was done before, or by another run. */
export async function recordSyncAccounts(
  tx: Tx,
  run: Run,
  at: Temporal.Instant,
  accounts: readonly { readonly accountId: string; readonly resourceId: string }[],
): Promise<boolean> {
  if (!changed(await ofRun(tx, run).set({ accountsAt: at }).where("accountsAt", "is", null).executeTakeFirst())) return false;
  if (accounts.length > 0) {
    await tx
      .insertInto("syncAccounts")
      .values(
        accounts.map((account) => ({
          psuId: run.psuId,
          syncId: run.syncId,
          ...account,
          status: "reading" as const,
          pages: 0,
          transactionsSeen: 0,
          transactionsNew: 0,
        })),
      )
      .execute();
  }
  return true;
}

export async function listSyncAccounts(db: Db, psuId: string, syncId: string): Promise<readonly SyncAccountRow[]> {
  return db.selectFrom("syncAccounts").selectAll().where("psuId", "=", psuId).where("syncId", "=", syncId).orderBy("accountId").execute();
}

/**
 * Locks an account against other readings of it, and the consent against its end: whoever ends it waits, so that nothing is
 * stored after the end. False when the consent has ended or the account is gone.
 */
export async function holdAccount(tx: Tx, psuId: string, consentId: string, accountId: string): Promise<boolean> {
  const { rows } = await sql<{ status: string }>`
    select c.status from consents c join accounts a on a.psu_id = c.psu_id
    where c.psu_id = ${psuId} and c.consent_id = ${consentId} and a.account_id = ${accountId} for share of c for update of a`.execute(tx);
  return rows[0]?.status === "active";
}

/** The reading of one account by one run. */
export interface ReadingOfRun extends Run {
  readonly accountId: string;
}

export interface StoredPage extends ReadingOfRun {
  /** 1 for the first. */
  readonly page: number;
  readonly cursorKey: string;
  readonly nextCursor: string | null;
  readonly entries: number;
  readonly added: number;
  readonly oldestBookingDate: string | null;
  readonly seen: readonly string[];
  readonly copies: readonly string[];
  readonly entryReferencesStable: boolean;
  readonly deferred: readonly AspspTransaction[];
  readonly pending: readonly AspspTransaction[];
}

/** Moves the reading behind this page and counts it; false when another run was faster. */
export async function advanceReading(tx: Tx, page: StoredPage): Promise<boolean> {
  const { rows } = await sql<{ pages: number }>`
    with moved as (
      update sync_accounts set pages = ${page.page}, next_cursor = ${page.nextCursor}, transactions_seen = transactions_seen + ${page.entries},
        transactions_new = transactions_new + ${page.added}
      where psu_id = ${page.psuId} and sync_id = ${page.syncId} and account_id = ${page.accountId} and status = 'reading' and pages = ${page.page - 1}
        and exists (select 1 from syncs where psu_id = ${page.psuId} and sync_id = ${page.syncId} and run_id = ${page.runId})
      returning psu_id, sync_id, account_id, pages
    ), counted as (
      update accounts a set transaction_count = transaction_count + ${page.added}, oldest_booking_date = least(oldest_booking_date, ${page.oldestBookingDate}::date)
      from moved where a.psu_id = moved.psu_id and a.account_id = moved.account_id
    ), kept as (
      insert into sync_pages (psu_id, sync_id, account_id, page, cursor_key, entries, oldest_booking_date, seen, copies, entry_references_stable, deferred, pending)
      select psu_id, sync_id, account_id, pages, ${page.cursorKey}::uuid, ${page.entries}::integer, ${page.oldestBookingDate}::date, ${page.seen}::uuid[], ${page.copies}::uuid[],
        ${page.entryReferencesStable}::boolean, ${jsonb(page.deferred)}, ${jsonb(page.pending)}
      from moved
    )
    select pages from moved`.execute(tx);
  return rows.length === 1;
}

/** What the stored pages of an unfinished reading showed. */
export interface ReadSoFar {
  readonly cursorKey: string;
  readonly entries: number;
  readonly copies: readonly string[];
}

export async function listReadPages(
  db: Db,
  { psuId, syncId, accountId }: Pick<SyncAccountRow, "psuId" | "syncId" | "accountId">,
): Promise<readonly ReadSoFar[]> {
  return db
    .selectFrom("syncPages")
    .select(["cursorKey", "entries", "copies"])
    .where("psuId", "=", psuId)
    .where("syncId", "=", syncId)
    .where("accountId", "=", accountId)
    .orderBy("page")
    .execute();
}

/** The pages that left something to decide at the end. */
export async function listOpenPages(tx: Tx, { psuId, syncId, accountId }: Pick<SyncAccountRow, "psuId" | "syncId" | "accountId">) {
  const { rows } = await sql<{ entryReferencesStable: boolean; deferred: readonly AspspTransaction[]; pending: readonly AspspTransaction[] }>`
    select entry_references_stable, deferred, pending from sync_pages
    where psu_id = ${psuId} and sync_id = ${syncId} and account_id = ${accountId} and (deferred <> '[]' or pending <> '[]') order by page`.execute(tx);
  return rows;
}

/** Ids of all transactions a reading showed. */
export async function listSeen(tx: Tx, { psuId, syncId, accountId }: Pick<SyncAccountRow, "psuId" | "syncId" | "accountId">): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom("syncPages")
    .select("seen")
    .where("psuId", "=", psuId)
    .where("syncId", "=", syncId)
    .where("accountId", "=", accountId)
    .execute();
  return new Set(rows.flatMap((row) => row.seen));
}

/** Ends the reading of one account; false when it was ended before, or when somebody else has the sync now. */
export async function endReading(tx: Tx, { psuId, syncId, accountId, runId }: ReadingOfRun, status: "done" | "incomplete", added: number): Promise<boolean> {
  const ended = await tx
    .updateTable("syncAccounts")
    .set((eb) => ({ status, nextCursor: null, transactionsNew: eb("transactionsNew", "+", added) }))
    .where("psuId", "=", psuId)
    .where("syncId", "=", syncId)
    .where("accountId", "=", accountId)
    .where("status", "=", "reading")
    .where((eb) =>
      eb.exists(
        eb.selectFrom("syncs").select("syncs.syncId").where("syncs.psuId", "=", psuId).where("syncs.syncId", "=", syncId).where("syncs.runId", "=", runId),
      ),
    )
    .executeTakeFirst();
  if (!changed(ended)) return false;
  await tx.deleteFrom("syncPages").where("psuId", "=", psuId).where("syncId", "=", syncId).where("accountId", "=", accountId).execute();
  return true;
}
