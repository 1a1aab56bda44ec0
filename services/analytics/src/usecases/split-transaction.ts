import type { splitTransaction } from "@opl/contracts/http/analytics";
import type { BodyOf } from "@opl/contracts/http/route";
import { AmountError, fromWire, toWire } from "@opl/money";
import { inTransaction } from "@opl/postgres";
import { saidBy } from "../db/annotation-store.ts";
import { markUnsettled } from "../db/person-store.ts";
import { putSplit } from "../db/split-store.ts";
import { monthOf } from "../domain/calendar.ts";
import { textSaid, withSplit } from "../domain/said.ts";
import { type Split, mistakeIn } from "../domain/split.ts";
import { errors } from "../errors.ts";
import { addToMonths } from "../projections/cash-flow/store.ts";
import { summed } from "../projections/entry-change.ts";
import type { LedgerRow } from "../projections/ledger/evolve.ts";
import { type EntryKey, putSearchTexts } from "../projections/ledger/store.ts";
import { searchTextOf } from "../projections/ledger/translate.ts";
import { lockEntry, meaningOf } from "./annotate-transaction.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type SplitContext = Pick<AnalyticsContext, "db" | "clock" | "publish" | "settling">;
type Parts = BodyOf<typeof splitTransaction>["parts"];
type Meaning = Awaited<ReturnType<typeof meaningOf>>;

/**
 * The person splits an entry into parts, each in a category of its own, in the place of what they said before. Its month follows in the same
 * transaction, by difference. What repeats and what is a transfer go by the whole entry. @returns the entry's meaning afterwards
 * @throws ERR_ANALYTICS_SPLIT_PART_INVALID, ERR_ANALYTICS_SPLIT_SUM_WRONG, ERR_ANALYTICS_TRANSACTION_NOT_FOUND,
 * ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function splitIntoParts(ctx: SplitContext, key: EntryKey, parts: Parts): Promise<Meaning> {
  return saySplit(ctx, key, { booked: true }, (row) => splitOf(row, parts));
}

/**
 * The person takes the parts of an entry back, also where there are none: it counts whole. @returns the entry's meaning afterwards
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_PERSON_BUSY
 */
export async function mergeParts(ctx: SplitContext, key: EntryKey): Promise<Meaning> {
  return saySplit(ctx, key, { booked: false }, () => undefined);
}

async function saySplit(
  ctx: SplitContext,
  key: EntryKey,
  entry: { readonly booked: boolean },
  decide: (row: LedgerRow) => Split | undefined,
): Promise<Meaning> {
  return inTransaction(ctx.db, async (tx) => {
    const { psuId, transactionId } = key;
    const row = await lockEntry(tx, key, entry);
    const split = decide(row);
    const before = (await saidBy(tx, [psuId])).get(psuId);
    await putSplit(tx, { ...key, accountId: row.accountId }, split, ctx.clock.now());
    const after = withSplit(before, transactionId, split);
    await putSearchTexts(tx, [{ ...key, searchText: searchTextOf(row, textSaid(after, transactionId)) }]);
    await addToMonths(tx, [{ before: summed(row, before), after: summed(row, after) }]);
    // Nothing hangs on it, but a process that knows no parts may have counted the entry whole meanwhile.
    await markUnsettled(tx, [psuId], { at: ctx.clock.now(), ...ctx.settling });
    await tellInsightsChanged(ctx, tx, new Map([[psuId, new Set([monthOf(row.bookingDate)])]]));
    return meaningOf(tx, key);
  });
}

/** @throws ERR_ANALYTICS_SPLIT_PART_INVALID, ERR_ANALYTICS_SPLIT_SUM_WRONG */
function splitOf({ amountMinor: wholeMinor, currency }: LedgerRow, given: Parts): Split {
  const parts = given.map(({ category, amount, note }, index) => ({ category, amountMinor: minorOf(amount, currency, index + 1), note }));
  const mistake = mistakeIn(
    parts.map(({ amountMinor }) => amountMinor),
    wholeMinor,
  );
  if (mistake?.kind === "part") throw partInvalid(mistake.position, currency, wholeMinor);
  if (mistake?.kind === "sum") throw sumWrong(mistake.leftMinor, currency, wholeMinor);
  return { wholeMinor, currency, parts };
}

/** @throws ERR_ANALYTICS_SPLIT_PART_INVALID for what is no exact amount */
function minorOf(wire: Parts[number]["amount"], currency: string, position: number): bigint {
  // What is other money is refused with what is nothing.
  if (wire.currency !== currency) return 0n;
  try {
    return fromWire(wire).minor;
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    throw errors.ERR_ANALYTICS_SPLIT_PART_INVALID({ message: `Part ${position} is not an exact amount, change it: ${error.message}` });
  }
}

function partInvalid(position: number, currency: string, wholeMinor: bigint) {
  const sign = wholeMinor < 0n ? "with a minus, as money that goes out" : "without a minus, as money that comes in";
  return errors.ERR_ANALYTICS_SPLIT_PART_INVALID({
    message: `Part ${position} is not money of this transaction: give it an amount other than zero, in ${currency} and ${sign}.`,
  });
}

function sumWrong(leftMinor: bigint, currency: string, wholeMinor: bigint) {
  const missing = leftMinor > 0n === wholeMinor > 0n;
  const { amount } = toWire({ minor: missing || leftMinor > 0n ? leftMinor : -leftMinor, currency });
  return errors.ERR_ANALYTICS_SPLIT_SUM_WRONG({
    message: `The parts of this split are not the whole transaction: ${amount} ${currency} ${missing ? "is left to assign" : "too much"}; change a part by that.`,
  });
}
