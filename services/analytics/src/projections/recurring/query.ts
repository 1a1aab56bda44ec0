import type { listRecurring } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import type { Tables } from "../../db/tables.ts";
import { outlook } from "../../domain/recurrence/detect.ts";
import { type SeriesRow, knownSeriesOf } from "./store.ts";

type Answer = ResponseInputOf<typeof listRecurring>["recurring"][number];

/**
 * What repeats, as seen today: what is due soonest first, then what ended. A series counts as ended only as far as the account is
 * known; where the bank was not asked since, nothing can be missing.
 */
export async function askRecurring(db: Executor<Tables>, psuId: string, today: string): Promise<ResponseInputOf<typeof listRecurring>> {
  const series = await knownSeriesOf(db, psuId);
  const recurring = series.map((row) => toAnswer(row, earlier(today, row.knownUntil ?? row.lastDate)));
  return { recurring: recurring.toSorted(bySoonest) };
}

function toAnswer(row: SeriesRow, seenFrom: string): Answer {
  const { currency, previousAmountMinor } = row;
  return {
    recurringId: row.recurringId,
    accountId: row.accountId,
    counterpartyName: row.counterpartyName,
    category: row.category,
    cadence: row.cadence,
    amount: toWire({ minor: row.amountMinor, currency }),
    previousAmount: previousAmountMinor === null ? null : toWire({ minor: previousAmountMinor, currency }),
    changedOn: row.changedOn,
    firstDate: row.firstDate,
    lastDate: row.lastDate,
    ...outlook(row, seenFrom),
    occurrences: row.occurrences,
    regularity: row.regularity,
  };
}

function bySoonest(a: Answer, b: Answer): number {
  const [dueA, dueB] = [a.nextDate ?? "9999", b.nextDate ?? "9999"];
  if (dueA !== dueB) return dueA < dueB ? -1 : 1;
  return a.recurringId < b.recurringId ? -1 : 1;
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}
