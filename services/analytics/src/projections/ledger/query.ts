import type { listCategorised } from "@opl/contracts/http/analytics";
import type { QueryOf, ResponseInputOf } from "@opl/contracts/http/route";
import { boundMinor, currencies, currencyExponent, searchedAmounts, toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from "kysely";
import { splitsOf } from "../../db/split-store.ts";
import type { Tables } from "../../db/tables.ts";
import { inCategories, minorIn } from "../lines.ts";
import { type ListPlace, readCursor, writeCursor } from "./cursor.ts";
import type { LedgerRow } from "./evolve.ts";
import { searchable, toCategorised, toSplit } from "./translate.ts";

export type ListQuestion = QueryOf<typeof listCategorised>;
type Answer = ResponseInputOf<typeof listCategorised>;

/**
 * One page of a person's entries, pending first, then newest first, with the sums of its days over the whole filter.
 * @throws ERR_ANALYTICS_CURSOR_INVALID
 */
export async function askTransactions(db: Executor<Tables>, psuId: string, question: ListQuestion): Promise<Answer> {
  const { cursor, limit } = question;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const [rows, total] = await Promise.all([pageOf(db, psuId, question, after, limit + 1), after === undefined ? countOf(db, psuId, question) : null]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const [days, splits] = await Promise.all([
    sumsOf(db, psuId, question, page),
    splitsOf(
      db,
      [psuId],
      page.map(({ transactionId }) => transactionId),
    ),
  ]);
  const own = splits.get(psuId);
  return {
    transactions: page.map((row) => toCategorised(row, own?.get(row.transactionId))),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last) : null,
    days,
    total,
  };
}

/** Why an entry is in its category, the person's note and how they split it. */
export interface EntryMeaning extends Pick<Answer["transactions"][number], "category" | "recurringId" | "note" | "split"> {
  readonly transactionId: string;
}

/** What these entries mean, as many of them as the person has, in the order given. */
export async function askMeanings(db: Executor<Tables>, psuId: string, transactionIds: readonly string[]): Promise<EntryMeaning[]> {
  const rows = await db
    .selectFrom("transactions")
    .select(["transactionId", "category", "ruleId", "matched", "confidence", "rulesVersion", "recurringId", "pending", "amountMinor", "currency", noteOf])
    .where("psuId", "=", psuId)
    .where(sql<SqlBool>`transaction_id = any(${transactionIds}::uuid[])`)
    .execute();
  const splits = (await splitsOf(db, [psuId], transactionIds)).get(psuId);
  const found = new Map(
    rows.map(({ transactionId, recurringId, note, pending, amountMinor, currency, ...category }) => {
      const split = toSplit({ pending, amountMinor, currency }, splits?.get(transactionId));
      return [transactionId, { transactionId, category, recurringId, note, split }];
    }),
  );
  return transactionIds.flatMap((transactionId) => found.get(transactionId) ?? []);
}

type ListedRow = LedgerRow & { readonly note: string | null };

/** The person's note stands in no row of the list; it is looked up for the rows of a page alone. */
const noteOf = sql<string | null>`(select note from annotations a where a.psu_id = transactions.psu_id and a.transaction_id = transactions.transaction_id)`.as(
  "note",
);

async function pageOf(db: Executor<Tables>, psuId: string, question: ListQuestion, after: ListPlace | undefined, limit: number): Promise<ListedRow[]> {
  let query = db.selectFrom("transactions").selectAll().select(noteOf).where(filtered(psuId, question));
  if (after !== undefined)
    query = query.where(sql<SqlBool>`(pending, booking_date, transaction_id) < (${after.pending}, ${after.bookingDate}::date, ${after.transactionId}::uuid)`);
  return query.orderBy("pending", "desc").orderBy("bookingDate", "desc").orderBy("transactionId", "desc").limit(limit).execute();
}

async function countOf(db: Executor<Tables>, psuId: string, question: ListQuestion): Promise<number> {
  const row = await db
    .selectFrom("transactions")
    .select(sql<number>`count(*)::int`.as("total"))
    .where(filtered(psuId, question))
    .executeTakeFirstOrThrow();
  return row.total;
}

/** Booked entries only: a pending one may still change or vanish. In a filter by category an entry brings the parts that are in it. */
async function sumsOf(db: Executor<Tables>, psuId: string, question: ListQuestion, page: readonly LedgerRow[]): Promise<Answer["days"]> {
  const dates = [...new Set(page.map((row) => row.bookingDate))].toSorted().toReversed();
  if (dates.length === 0) return [];
  const categories = listOf(question.category);
  const minor = categories === undefined ? sql`amount_minor` : minorIn(psuId, categories);
  const rows = await db
    .selectFrom("transactions")
    .select(["bookingDate", "currency", sql<number>`count(*)::int`.as("entries"), sql<string>`sum(${minor})::text`.as("sumMinor")])
    .where(filtered(psuId, question))
    .where("pending", "=", false)
    .where(sql<SqlBool>`booking_date = any(${dates}::date[])`)
    .groupBy(["bookingDate", "currency"])
    .orderBy("currency")
    .execute();
  const byDate = Map.groupBy(rows, (row) => row.bookingDate);
  return dates.map((date) => {
    const sums = byDate.get(date) ?? [];
    return {
      date,
      count: sums.reduce((count, row) => count + row.entries, 0),
      sums: sums.map(({ currency, sumMinor }) => toWire({ minor: BigInt(sumMinor), currency })),
    };
  });
}

function filtered(psuId: string, question: ListQuestion) {
  const { from, to, minAmount, maxAmount, direction, status, recurringId } = question;
  const accounts = listOf(question.accountId);
  const categories = listOf(question.category);
  const text = searchable(question.text ?? "")
    .replaceAll("\0", "")
    .trim();
  return (eb: ExpressionBuilder<Tables, "transactions">) =>
    eb.and([
      eb("psuId", "=", psuId),
      ...(accounts === undefined ? [] : [sql<SqlBool>`account_id = any(${accounts}::uuid[])`]),
      ...(categories === undefined ? [] : [inCategories(psuId, categories)]),
      ...(recurringId === undefined ? [] : [eb("recurringId", "=", recurringId)]),
      ...(from === undefined ? [] : [eb("bookingDate", ">=", from)]),
      ...(to === undefined ? [] : [eb("bookingDate", "<=", to)]),
      ...(status === undefined ? [] : [eb("pending", "=", status === "pending")]),
      ...(direction === undefined ? [] : [direction === "in" ? sql<SqlBool>`amount_minor > 0` : sql<SqlBool>`amount_minor < 0`]),
      ...(minAmount === undefined ? [] : [sql<SqlBool>`abs(amount_minor) >= ${bound(minAmount, "least")}`]),
      ...(maxAmount === undefined ? [] : [sql<SqlBool>`abs(amount_minor) <= ${bound(maxAmount, "most")}`]),
      ...(text === "" ? [] : [matches(text)]),
    ]);
}

/** Counterparty, text or amount. A position and no pattern: there is nothing in a search that could be a wildcard. */
function matches(text: string): RawBuilder<SqlBool> {
  const amounts = searchedAmounts(text);
  const inWords = sql<SqlBool>`strpos(search_text, ${text}) > 0`;
  if (amounts === undefined) return inWords;
  return sql<SqlBool>`(${inWords} or abs(amount_minor) >= ${bound(amounts.least, "least")} and abs(amount_minor) < ${bound(amounts.below, "least")})`;
}

const byExponent = Map.groupBy(currencies, currencyExponent);

/** The bound in minor units of each row's own currency. */
function bound(text: string, side: "least" | "most"): RawBuilder<bigint> {
  const cases = [...byExponent]
    .filter(([exponent]) => exponent !== 2)
    .map(([exponent, codes]) => sql`when currency = any(${codes}) then ${boundMinor(text, exponent, side)}::numeric`);
  return sql<bigint>`case ${sql.join(cases, sql` `)} else ${boundMinor(text, 2, side)}::numeric end`;
}

function listOf<T>(given: T | readonly T[] | undefined): readonly T[] | undefined {
  return given === undefined ? undefined : Array.isArray(given) ? (given as readonly T[]) : [given as T];
}
