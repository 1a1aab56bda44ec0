import { type Executor, sqlstate, sqlstateOf } from "@opl/postgres";
import { type Transaction, sql } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * Takes the locks of people in one order, so that whatever changes a person's figures comes one after the other and nobody waits in a
 * circle. People who are not known yet become known.
 * @returns those who may be written about; the forgotten ones are left out
 */
export async function lockPeople(tx: Transaction<Tables>, psuIds: Iterable<string>): Promise<ReadonlySet<string>> {
  const ids = [...new Set(psuIds)].toSorted();
  if (ids.length === 0) return new Set();
  await knowPeople(tx, ids);
  const rows = await tx.selectFrom("people").select(["psuId", "erasedAt"]).where("psuId", "in", ids).orderBy("psuId").forUpdate().execute();
  return new Set(rows.filter((row) => row.erasedAt === null).map((row) => row.psuId));
}

/** Makes people known about whom nothing was told yet; waits for nobody. */
export async function knowPeople(tx: Transaction<Tables>, psuIds: readonly string[]): Promise<void> {
  await sql`insert into people (psu_id) select * from unnest(${psuIds}::uuid[]) on conflict do nothing`.execute(tx);
}

/**
 * The lock of one person for a request. It waits a moment only: whoever asks ten times at once must not keep ten connections from others
 * while something long is worked out about them. @returns `busy` when the lock was not to be had; the transaction is then over
 */
export async function lockPersonBriefly(tx: Transaction<Tables>, psuId: string): Promise<"locked" | "unknown" | "busy"> {
  await sql`set local lock_timeout = '500ms'`.execute(tx);
  try {
    const row = await tx.selectFrom("people").select("erasedAt").where("psuId", "=", psuId).forUpdate().executeTakeFirst();
    await sql`set local lock_timeout to default`.execute(tx);
    return row?.erasedAt === null ? "locked" : "unknown";
  } catch (error) {
    if (sqlstateOf(error) === sqlstate.lockNotAvailable) return "busy";
    throw error;
  }
}

/** The number of the latest rebuild; read after the locks, so that a rebuild finds everything that was written before it. */
export async function currentGeneration(tx: Executor<Tables>): Promise<number> {
  const row = await tx
    .selectFrom("rebuilds")
    .select((eb) => eb.fn.max("generation").as("generation"))
    .executeTakeFirst();
  return row?.generation ?? 0;
}

/** Says that transfers and recurring payments of people have to be worked out again: after a pause, but not put off for ever. */
export async function markUnsettled(
  tx: Transaction<Tables>,
  psuIds: Iterable<string>,
  { at, pauseMs, atMostMs }: { readonly at: Temporal.Instant; readonly pauseMs: number; readonly atMostMs: number },
): Promise<void> {
  const ids = [...new Set(psuIds)].toSorted();
  if (ids.length === 0) return;
  const due = at.add({ milliseconds: pauseMs });
  await sql`
    insert into unsettled_people as u (psu_id, first_change_at, due_at) select id, ${at}, ${due} from unnest(${ids}::uuid[]) as given (id)
    on conflict (psu_id) do update set due_at = greatest(u.first_change_at, least(${due}, u.first_change_at + ${atMostMs} * interval '1 millisecond'))`.execute(
    tx,
  );
}

/**
 * Everybody whose decisions were made by other rules than these, or by older ones only. Passes over who is being written about: they will be
 * settled for that, and nobody waits here holding others up.
 */
export async function markUnsettledByRules(tx: Transaction<Tables>, rules: "other" | "older", rulesVersion: number, at: Temporal.Instant): Promise<void> {
  const differs = rules === "other" ? sql`<>` : sql`<`;
  await sql`
    insert into unsettled_people (psu_id, first_change_at, due_at)
    select psu_id, ${at}, ${at} from people where erased_at is null and rules_version ${differs} ${rulesVersion} for key share skip locked
    on conflict do nothing`.execute(tx);
}

/** The person whose turn it is, locked; people who are being written about are passed over. Undefined when there is nobody. */
export async function nextUnsettled(tx: Transaction<Tables>, at: Temporal.Instant): Promise<string | undefined> {
  const { rows } = await sql<{ psuId: string }>`
    select p.psu_id from unsettled_people u join people p using (psu_id)
    where u.due_at <= ${at} order by u.due_at limit 1 for update of p skip locked`.execute(tx);
  return rows[0]?.psuId;
}

/** Lets a person wait longer. */
export async function postponeSettling(db: Executor<Tables>, psuId: string, until: Temporal.Instant): Promise<void> {
  await db.updateTable("unsettledPeople").set({ dueAt: until }).where("psuId", "=", psuId).execute();
}

export async function markSettled(tx: Transaction<Tables>, psuId: string, rulesVersion: number): Promise<void> {
  await tx.deleteFrom("unsettledPeople").where("psuId", "=", psuId).execute();
  await tx.updateTable("people").set({ rulesVersion }).where("psuId", "=", psuId).where("rulesVersion", "<>", rulesVersion).execute();
}
