import type { Executor } from "@opl/postgres";
import { type Selectable, type Transaction, sql } from "kysely";
import { type RecurringSeriesTable, type Tables, columns } from "../../db/tables.ts";
import { columnList, setFromExcluded, unnest } from "../../db/unnest.ts";
import { dayNumber } from "../../domain/calendar.ts";
import type { Payment } from "../../domain/recurrence/rhythm.ts";

export type SeriesRow = Selectable<RecurringSeriesTable>;

export async function seriesOf(db: Executor<Tables>, psuId: string): Promise<SeriesRow[]> {
  return db.selectFrom("recurringSeries").selectAll().where("psuId", "=", psuId).orderBy("recurringId").execute();
}

/** A series with how far its account is known. */
export type KnownSeries = SeriesRow & { readonly knownUntil: string | null };

export async function knownSeriesOf(db: Executor<Tables>, psuId: string): Promise<KnownSeries[]> {
  const { rows } = await sql<KnownSeries>`
    select ${columnList(columns.recurringSeries, "s.")}, known.until as known_until
    from recurring_series s left join (${knownAccounts(psuId)}) known on known.account_id = s.account_id
    where s.psu_id = ${psuId} order by s.recurring_id`.execute(db);
  return rows;
}

/** How far each account is known; one of which nothing is known yet is not there. */
export async function knownUntilOf(db: Executor<Tables>, psuId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ accountId: string; until: string | null }>`${knownAccounts(psuId)}`.execute(db);
  return new Map(rows.flatMap(({ accountId, until }) => (until === null ? [] : [[accountId, until] as const])));
}

/** The latest day up to which the entries of an account are known: of the last booked entry, or of the last balance. */
function knownAccounts(psuId: string) {
  return sql`
    select a.account_id, greatest(booked.day, told.day) as until from accounts a
    left join lateral (
      select booking_date as day from transactions where psu_id = a.psu_id and not pending and account_id = a.account_id order by booking_date desc limit 1
    ) booked on true
    left join lateral (select max(day) as day from balances where psu_id = a.psu_id and account_id = a.account_id) told on true
    where a.psu_id = ${psuId}`;
}

/** The booked payments of each series up to a day, oldest first. */
export async function paymentsOf(db: Executor<Tables>, psuId: string, until: string): Promise<ReadonlyMap<string, readonly Payment[]>> {
  const rows = await db
    .selectFrom("transactions")
    .select(["recurringId", "bookingDate", "amountMinor"])
    .where("psuId", "=", psuId)
    .where("pending", "=", false)
    .where("recurringId", "is not", null)
    .where("bookingDate", "<=", until)
    .orderBy("bookingDate")
    .orderBy("transactionId")
    .execute();
  const bySeries = Map.groupBy(rows, ({ recurringId }) => recurringId ?? "");
  return new Map([...bySeries].map(([id, of]) => [id, of.map(({ bookingDate, amountMinor }) => ({ day: dayNumber(bookingDate), amountMinor }))]));
}

export async function hasSeries(db: Executor<Tables>, psuId: string, recurringId: string): Promise<boolean> {
  const row = await db.selectFrom("recurringSeries").select("recurringId").where("psuId", "=", psuId).where("recurringId", "=", recurringId).executeTakeFirst();
  return row !== undefined;
}

export async function putSeries(tx: Transaction<Tables>, rows: readonly SeriesRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into recurring_series (${columnList(columns.recurringSeries)}) select * from ${unnest(rows, columns.recurringSeries)}
    on conflict (psu_id, recurring_id) do update set ${setFromExcluded(columns.recurringSeries, "psuId", "recurringId")}`.execute(tx);
}

export async function deleteSeries(tx: Transaction<Tables>, psuId: string, recurringIds: readonly string[]): Promise<void> {
  if (recurringIds.length === 0) return;
  await tx.deleteFrom("recurringSeries").where("psuId", "=", psuId).where("recurringId", "in", recurringIds).execute();
}

export async function deleteSeriesOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("recurringSeries").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}
