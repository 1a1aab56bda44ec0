import type { Sync } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import type { IngestDatabase, SyncsTable } from "./tables.ts";

type Db = Executor<IngestDatabase>;
type Tx = Transaction<IngestDatabase>;
export type SyncRow = Selectable<SyncsTable>;

/** Who runs which sync. */
export interface Run {
  readonly psuId: string;
  readonly syncId: string;
  readonly runId: string;
}

export interface NewSync {
  readonly psuId: string;
  readonly syncId: string;
  readonly consentId: string;
  readonly aspspId: string;
  readonly reason: SyncRow["reason"];
  readonly requestedAt: Temporal.Instant;
  /** The trace it belongs to. */
  readonly traceparent: string | null;
  /** For so long only the process that recorded it may begin. */
  readonly leasedUntil: Temporal.Instant | null;
}

/** False when one is open already for this consent. */
export async function addSync(tx: Tx, sync: NewSync): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto("syncs")
    .values({ ...sync, status: "queued", dueAt: sync.requestedAt, failures: 0, resumes: 0 })
    .onConflict((conflict) => conflict.columns(["psuId", "consentId"]).where("status", "in", ["queued", "running"]).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}

/** Tells whoever runs syncs that there is one. */
export async function wakeRunners(tx: Tx, channel: string): Promise<void> {
  await sql`select pg_notify(${channel}, '')`.execute(tx);
}

export interface Claim {
  readonly runId: string;
  readonly now: Temporal.Instant;
  readonly leasedUntil: Temporal.Instant;
  /** What we learned about a bank's health before this counts no more. */
  readonly healthSince: Temporal.Instant;
}

/** Takes the next due sync that nobody runs: people who wait first, then in the order they came due. */
export async function claimNextSync(db: Db, { runId, now, leasedUntil, healthSince }: Claim): Promise<SyncRow | undefined> {
  const { rows } = await sql<SyncRow>`
    with due as (
      select psu_id, sync_id from syncs s
      where status in ('queued', 'running') and due_at <= ${now} and (leased_until is null or leased_until <= ${now})
        and not exists (
          select 1 from aspsp_health h
          where h.aspsp_id = s.aspsp_id and h.learned_at > ${healthSince}
            and (h.status = 'down' and s.reason <> 'manual' or h.status = 'degraded' and s.reason = 'scheduled')
        )
      order by s.reason = 'scheduled', due_at limit 1 for update skip locked
    )
    update syncs s set status = 'running', run_id = ${runId}, leased_until = ${leasedUntil}, started_at = coalesce(s.started_at, ${now}), resumes = s.resumes + 1
    from due where s.psu_id = due.psu_id and s.sync_id = due.sync_id
    returning s.*`.execute(db);
  return rows[0];
}

/**
 * Ends the wait before the next try of a consent's queued sync, because a person asks; like a new one it is then left to the process
 * that took the request. A bank that said itself how long to wait is still waited for (BR-60). False when nothing waited.
 */
export async function hastenSync(tx: Tx, { psuId, consentId, requestedAt, leasedUntil }: Omit<NewSync, "syncId">): Promise<boolean> {
  const result = await tx
    .updateTable("syncs")
    .set({ dueAt: requestedAt, leasedUntil })
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .where("status", "=", "queued")
    .where("dueAt", ">", requestedAt)
    .where((eb) => eb.or([eb("errorCode", "is", null), eb("errorCode", "!=", "ERR_ASPSP_RATE_LIMITED")]))
    .executeTakeFirst();
  return changed(result);
}

/** Takes one sync that this process has just recorded, or whose wait it has just ended. */
export async function claimSync(db: Db, psuId: string, syncId: string, { runId, now, leasedUntil }: Omit<Claim, "healthSince">): Promise<SyncRow | undefined> {
  const { rows } = await sql<SyncRow>`
    update syncs set status = 'running', run_id = ${runId}, leased_until = ${leasedUntil}, started_at = coalesce(started_at, ${now}), resumes = resumes + 1
    where psu_id = ${psuId} and sync_id = ${syncId} and status = 'queued' and due_at <= ${now}
    returning *`.execute(db);
  return rows[0];
}

/** Takes one of the first syncs whose people are here, also while it is left to whoever knows of them. */
export async function claimFirstSync(
  db: Db,
  consents: readonly Pick<SyncRow, "psuId" | "consentId">[],
  { runId, now, leasedUntil }: Omit<Claim, "healthSince">,
): Promise<SyncRow | undefined> {
  if (consents.length === 0) return undefined;
  const { rows } = await sql<SyncRow>`
    with awaited as (
      select s.psu_id, s.sync_id
      from unnest(${consents.map(({ psuId }) => psuId)}::uuid[], ${consents.map(({ consentId }) => consentId)}::uuid[]) as here (psu_id, consent_id)
      join syncs s using (psu_id, consent_id)
      where s.reason = 'first' and s.status = 'queued' and s.due_at <= ${now} order by s.due_at limit 1 for update of s skip locked
    )
    update syncs s set status = 'running', run_id = ${runId}, leased_until = ${leasedUntil}, started_at = coalesce(s.started_at, ${now}), resumes = s.resumes + 1
    from awaited where s.psu_id = awaited.psu_id and s.sync_id = awaited.sync_id
    returning s.*`.execute(db);
  return rows[0];
}

/** False when the sync is no longer ours. */
export async function renewLease(db: Db, run: Run, leasedUntil: Temporal.Instant): Promise<boolean> {
  return changed(await ofRun(db, run).set({ leasedUntil }).executeTakeFirst());
}

/** Gives a sync back so that it is taken up at `dueAt`; `error` says what stood in the way, if anything did. */
export async function requeueSync(
  db: Db,
  run: Run,
  dueAt: Temporal.Instant,
  error: { readonly code: string; readonly failures: number } | null,
): Promise<boolean> {
  const told = error === null ? {} : { errorCode: error.code, failures: error.failures };
  return changed(
    await ofRun(db, run)
      .set({ status: "queued", runId: null, leasedUntil: null, dueAt, ...told })
      .executeTakeFirst(),
  );
}

/** The sync as it ended; undefined when it is no longer ours. */
export async function finishSync(db: Db, run: Run, finishedAt: Temporal.Instant, errorCode: string | null): Promise<Pick<SyncRow, "accountsAt"> | undefined> {
  const status = errorCode === null ? "completed" : "failed";
  return ofRun(db, run).set({ status, finishedAt, errorCode, runId: null, leasedUntil: null }).returning("accountsAt").executeTakeFirst();
}

/** A change of a sync that counts only while it is ours. */
export function ofRun(db: Db, { psuId, syncId, runId }: Run) {
  return db.updateTable("syncs").where("psuId", "=", psuId).where("syncId", "=", syncId).where("runId", "=", runId);
}

export function changed(result: { readonly numUpdatedRows: bigint } | undefined): boolean {
  return result !== undefined && result.numUpdatedRows > 0n;
}

/** The open sync of a consent, which then cannot be finished by anybody else. */
export async function takeOpenSync(tx: Tx, psuId: string, consentId: string): Promise<SyncRow | undefined> {
  return tx
    .selectFrom("syncs")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .where("status", "in", ["queued", "running"])
    .forUpdate()
    .executeTakeFirst();
}

export async function failSync(tx: Tx, { psuId, syncId }: Pick<SyncRow, "psuId" | "syncId">, finishedAt: Temporal.Instant, errorCode: string): Promise<void> {
  await tx
    .updateTable("syncs")
    .set({ status: "failed", finishedAt, errorCode, runId: null, leasedUntil: null })
    .where("psuId", "=", psuId)
    .where("syncId", "=", syncId)
    .execute();
}

/** The latest sync of each consent of a person. */
export async function listLatestSyncs(db: Db, psuId: string): Promise<readonly Sync[]> {
  const { rows } = await sql<SyncRow & Progress>`
    select s.*, progress.* from (select distinct on (consent_id) * from syncs where psu_id = ${psuId} order by consent_id, requested_at desc, sync_id desc) s
    cross join lateral ${progress} order by s.requested_at desc`.execute(db);
  return rows.map(toSync);
}

export async function getSync(db: Db, psuId: string, syncId: string): Promise<Sync | undefined> {
  const { rows } = await sql<SyncRow & Progress>`
    select s.*, progress.* from syncs s cross join lateral ${progress} where s.psu_id = ${psuId} and s.sync_id = ${syncId}`.execute(db);
  return rows.map(toSync)[0];
}

/** The sync of a consent that is open, else the one that was asked for last. */
export async function getLatestSync(db: Db, psuId: string, consentId: string): Promise<SyncRow | undefined> {
  return db
    .selectFrom("syncs")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .orderBy("requestedAt", "desc")
    .orderBy("syncId", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Forgets finished syncs, a bounded number at a time; the latest of each consent stays. */
export async function deleteOldSyncs(db: Db, before: Temporal.Instant, limit: number): Promise<number> {
  const result = await sql`
    delete from syncs s using (
      select psu_id, sync_id from syncs o where status in ('completed', 'failed') and finished_at < ${before}
        and exists (select 1 from syncs n where n.psu_id = o.psu_id and n.consent_id = o.consent_id and n.requested_at > o.requested_at)
      limit ${limit}
    ) old where s.psu_id = old.psu_id and s.sync_id = old.sync_id`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

interface Progress {
  readonly accounts: number;
  readonly accountsDone: number;
  readonly transactionsSeen: number;
  readonly transactionsNew: number;
}

const progress = sql`(
  select count(*)::integer as accounts, (count(*) filter (where status <> 'reading'))::integer as accounts_done,
    coalesce(sum(transactions_seen), 0)::integer as transactions_seen, coalesce(sum(transactions_new), 0)::integer as transactions_new
  from sync_accounts where psu_id = s.psu_id and sync_id = s.sync_id
) progress`;

function toSync(row: SyncRow & Progress): Sync {
  return {
    syncId: row.syncId,
    consentId: row.consentId,
    aspspId: row.aspspId,
    reason: row.reason,
    status: row.status,
    startedAt: row.startedAt?.toString() ?? null,
    finishedAt: row.finishedAt?.toString() ?? null,
    accounts: row.accounts,
    accountsDone: row.accountsDone,
    transactionsSeen: row.transactionsSeen,
    transactionsNew: row.transactionsNew,
    errorCode: row.errorCode,
  };
}
