import { inTransaction } from "@opl/postgres";
import { deterministicId } from "@opl/service";
import type { Transaction } from "kysely";
import { accountsOf } from "../db/account-store.ts";
import { saidBy } from "../db/annotation-store.ts";
import { markSettled, nextUnsettled, postponeSettling } from "../db/person-store.ts";
import { hasSplit } from "../db/split-store.ts";
import type { Tables } from "../db/tables.ts";
import { toldOf } from "../db/told-store.ts";
import { toWire } from "@opl/money";
import { bankDay } from "../domain/bank-day.ts";
import { monthOf } from "../domain/calendar.ts";
import { rulesVersion } from "../domain/category-rules/index.ts";
import { askedSince } from "../domain/questions/ask.ts";
import { type Said, textSaid } from "../domain/said.ts";
import { type Series, detectRecurring, outlook, seriesByEntry } from "../domain/recurrence/detect.ts";
import { recountMonths } from "../projections/cash-flow/store.ts";
import { decideCategories } from "../projections/ledger/meaning.ts";
import { type Meaning, type SettledRow, allRowsOf, deleteRemovalsBefore, putMeanings, putSearchTexts, rowsOf } from "../projections/ledger/store.ts";
import { searchTextOf } from "../projections/ledger/translate.ts";
import { occurrencesOf } from "../projections/occurrences.ts";
import { evolve as evolveQuestions } from "../projections/questions/evolve.ts";
import { type SeriesRow, deleteSeries, putSeries, seriesOf } from "../projections/recurring/store.ts";
import { askAboutCharges } from "./ask-about-charges.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellExceededBudgets } from "./tell-exceeded-budgets.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type SettleContext = Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish">;

/** Facts are kept for a week; a removal that is older can be contradicted by none. */
const removalsKept = { hours: 30 * 24 };

/** A person who cannot be settled lets others go first. */
const retryAfter = { minutes: 1 };

/** Settles the person who waits longest, in one transaction. @returns false when nobody's turn has come */
export async function settleNext(ctx: SettleContext): Promise<boolean> {
  let psuId: string | undefined;
  try {
    return await inTransaction(ctx.db, async (tx) => {
      psuId = await nextUnsettled(tx, ctx.clock.now());
      if (psuId === undefined) return false;
      await settlePerson(ctx, tx, psuId, { announce: true });
      return true;
    });
  } catch (error) {
    if (psuId !== undefined) await postponeSettling(ctx.db, psuId, ctx.clock.now().add(retryAfter));
    throw error;
  }
}

/**
 * Works out what only shows in all entries of a person: transfers between own accounts, categories by accounts found later, what
 * repeats, what to ask about the latest charges; puts the person's words back where an older process wrote over them. Writes the differences, so running it again changes nothing. The caller holds the person's lock.
 */
export async function settlePerson(
  ctx: Pick<AnalyticsContext, "clock" | "timeZone" | "publish">,
  tx: Transaction<Tables>,
  psuId: string,
  { announce }: { readonly announce: boolean },
): Promise<void> {
  const [rows, accounts, known] = [await allRowsOf(tx, psuId), await accountsOf(tx, [psuId]), await seriesOf(tx, psuId)];
  const said = (await saidBy(tx, [psuId])).get(psuId);
  const categories = decideCategories(rows, accounts, said);
  const entries = occurrencesOf(rows, categories);
  const series = detectRecurring(entries).map((each) => ({ ...each, recurringId: deterministicId("recurring", psuId, each.key) }));
  const byEntry = seriesByEntry(series);

  const changed = rows.flatMap((row): { row: SettledRow; meaning: Meaning }[] => {
    const reason = categories.get(row.transactionId);
    const recurringId = byEntry.get(row.transactionId)?.recurringId ?? null;
    if (reason === undefined) return [];
    const meaning: Meaning = { psuId, transactionId: row.transactionId, ...reason, recurringId };
    return sameMeaning(row, meaning) ? [] : [{ row, meaning }];
  });
  await putMeanings(
    tx,
    changed.map(({ meaning }) => meaning),
  );
  if (said !== undefined) await putNotedTexts(tx, psuId, said);
  const moved = changed.filter(({ row, meaning }) => row.category !== meaning.category);
  // From nothing and not by difference: whatever was wrong with the totals is right again, as where a process that knows no parts counted.
  const recounted = moved.length > 0 || (await hasSplit(tx, psuId)) ? await recountMonths(tx, psuId) : [];

  const fresh = await replaceSeries(
    tx,
    known,
    series.map((each) => seriesRow(psuId, each)),
  );
  await markSettled(tx, psuId, rulesVersion);
  await deleteRemovalsBefore(tx, psuId, ctx.clock.now().subtract(removalsKept));
  if (announce) {
    await tellDetected(ctx, tx, fresh);
    await tellExceededBudgets(ctx, tx, psuId);
  }
  const questions = evolveQuestions(psuId, entries, byEntry, askedSince(bankDay(ctx.clock.now(), ctx.timeZone)));
  const asked = await askAboutCharges(ctx, tx, psuId, { questions, announce });
  const shown = changed.some(({ row, meaning }) => row.ruleId !== meaning.ruleId || row.recurringId !== meaning.recurringId);
  const months = new Set([...moved.map(({ row }) => monthOf(row.bookingDate)), ...recounted]);
  if (months.size > 0 || fresh.length > 0 || shown || asked) {
    await tellInsightsChanged(ctx, tx, new Map([[psuId, months]]));
  }
}

/** A process that knows no notes writes an entry's search text without them. */
async function putNotedTexts(tx: Transaction<Tables>, psuId: string, said: Said): Promise<void> {
  const keys = [...new Set([...said.notes.keys(), ...said.splits.keys()])].map((transactionId) => ({ psuId, transactionId }));
  const texts = (await rowsOf(tx, keys)).map((row) => ({ row, searchText: searchTextOf(row, textSaid(said, row.transactionId)) }));
  const changed = texts.filter(({ row, searchText }) => searchText !== row.searchText);
  await putSearchTexts(
    tx,
    changed.map(({ row: { transactionId }, searchText }) => ({ psuId, transactionId, searchText })),
  );
}

function sameMeaning(row: SettledRow, meaning: Meaning): boolean {
  return (
    row.category === meaning.category &&
    row.ruleId === meaning.ruleId &&
    row.matched === meaning.matched &&
    row.confidence === meaning.confidence &&
    row.rulesVersion === meaning.rulesVersion &&
    row.recurringId === meaning.recurringId
  );
}

function seriesRow(psuId: string, { key: _key, transactionIds, ...series }: Series & { readonly recurringId: string }): SeriesRow {
  return { psuId, ...series, occurrences: transactionIds.length };
}

/** @returns the series that were not known before */
async function replaceSeries(tx: Transaction<Tables>, known: readonly SeriesRow[], found: readonly SeriesRow[]): Promise<SeriesRow[]> {
  const before = new Map(known.map((row) => [row.recurringId, row]));
  const kept = new Set(found.map((row) => row.recurringId));
  if (known.length > 0)
    await deleteSeries(
      tx,
      known[0]?.psuId ?? "",
      known.filter((row) => !kept.has(row.recurringId)).map((row) => row.recurringId),
    );
  await putSeries(
    tx,
    found.filter((row) => !sameSeries(before.get(row.recurringId), row)),
  );
  return found.filter((row) => !before.has(row.recurringId));
}

function sameSeries(before: SeriesRow | undefined, after: SeriesRow): boolean {
  return before !== undefined && (Object.keys(after) as (keyof SeriesRow)[]).every((column) => before[column] === after[column]);
}

/**
 * Tells of payments that turned out to repeat, those that still do. Once and for all: a series that was lost and is found again, because the
 * person moved an entry away and took that back, is no news.
 */
async function tellDetected(
  ctx: Pick<AnalyticsContext, "clock" | "timeZone" | "publish">,
  tx: Transaction<Tables>,
  fresh: readonly SeriesRow[],
): Promise<void> {
  const today = bankDay(ctx.clock.now(), ctx.timeZone);
  const told = await toldOf(
    tx,
    "analytics.recurring-detected",
    fresh.map((row) => row.recurringId),
  );
  const events = fresh.flatMap((row) => {
    if (told.has(row.recurringId)) return [];
    const { status, nextDate } = outlook(row, today);
    if (status === "ended") return [];
    const { psuId, recurringId, accountId, counterpartyName, cadence, amountMinor: minor, currency } = row;
    const data = { psuId, recurringId, accountId, counterpartyName, amount: toWire({ minor, currency }), cadence, nextDate };
    return [{ type: "analytics.recurring-detected" as const, id: deterministicId("recurring-detected", recurringId), subject: recurringId, psuId, data }];
  });
  if (events.length > 0) await ctx.publish(tx, events);
}
