import { dayNumber, weekday } from "../calendar.ts";
import { type Charge, byDay, isExpense } from "./charge.ts";

/** Nobody is asked about less, in minor units of any currency. */
const leastMinor = 1_000n;
/** An amount paid so often before is a price there: to pay it again is no surprise. */
const priceTimes = 2;
/** Who pays more often in a row means to. */
const mostInRow = 3;

/** Equal charges of one counterparty with no booking day between them, oldest first. */
type Run = readonly [Charge, ...Charge[]];

/**
 * Charges since a day that look like one taken twice, each with those it looks like. Nothing that repeats, no amount that is a price there, nothing from
 * whom the person bought like this before, nothing that was given back. `entries` are all booked entries with one counterparty in one currency.
 */
export function doubleCharges(entries: readonly Charge[], since: string): readonly Run[] {
  const expenses = entries.filter((entry) => isExpense(entry) && !entry.repeats);
  // With most counterparties nothing was paid twice lately, and the years before need not be looked at.
  const latest = expenses.filter(({ amountMinor, bookingDate }) => bookingDate >= since && -amountMinor >= leastMinor);
  if (!latest.some((charge) => expenses.some((other) => other !== charge && other.amountMinor === charge.amountMinor))) return [];
  const runs = runsOf(expenses);
  return runs.filter((run, index) => {
    const [{ amountMinor }] = run;
    if (!isMultiple(run) || run.length > mostInRow || -amountMinor < leastMinor || !run.some(({ bookingDate }) => bookingDate >= since)) return false;
    const before = runs.slice(0, index);
    return !isGivenBack(run, entries) && timesPaid(before, amountMinor) < priceTimes && !before.some((each) => isMultiple(each) && !isGivenBack(each, entries));
  });
}

function runsOf(expenses: readonly Charge[]): readonly Run[] {
  const runs: [Charge, ...Charge[]][] = [];
  const latest = new Map<bigint, [Charge, ...Charge[]]>();
  for (const charge of expenses.toSorted(byDay)) {
    const run = latest.get(charge.amountMinor);
    if (run !== undefined && isNextBookingDay(run.at(-1)?.bookingDate ?? "", charge.bookingDate)) {
      run.push(charge);
      continue;
    }
    const begun: [Charge] = [charge];
    latest.set(charge.amountMinor, begun);
    runs.push(begun);
  }
  return runs;
}

function isMultiple(run: Run): boolean {
  return run.length > 1;
}

function timesPaid(runs: readonly Run[], amountMinor: bigint): number {
  return runs.filter(([first]) => first.amountMinor === amountMinor).length;
}

function isGivenBack([first]: Run, entries: readonly Charge[]): boolean {
  return entries.some(({ amountMinor, bookingDate }) => amountMinor === -first.amountMinor && bookingDate >= first.bookingDate);
}

/** The same day counts too; and Monday follows Friday where a bank books nothing on weekends. */
function isNextBookingDay(day: string, next: string): boolean {
  const days = dayNumber(next) - dayNumber(day);
  return days <= 1 || (days <= 3 && weekday(next) === 0);
}
