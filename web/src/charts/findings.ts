import { add, type Amount, fromWire, isZero, magnitude, shareOf, subtract, sum } from "../format/amounts.ts";
import type { CashFlow, NetWorth, Recurring, Spending } from "../api/queries.ts";
import type { CategoryId } from "../ui/category-ids.ts";

/** What a chart says, worked out from its figures; pages put it into words. Everything here is pure. */

type FlowMonth = CashFlow["currencies"][number]["months"][number];

export type CashFlowFinding =
  | { readonly kind: "nothing" }
  /** On average of `months` whole months this much a month was left over, or was missing. */
  | { readonly kind: "left-over" | "missing"; readonly average: Amount; readonly months: number }
  | { readonly kind: "even"; readonly months: number };

/** Over whole months only: the running one would always look short of its salary. `current` is the month of today. */
export function cashFlowFinding(months: readonly FlowMonth[], currency: string, current: string): CashFlowFinding {
  const whole = months.filter((month) => month.month < current && month.count > 0);
  if (whole.length === 0) return { kind: "nothing" };
  const total = sum(
    whole.map(({ net }) => fromWire(net)),
    currency,
  );
  const average = divide(magnitude(total), BigInt(whole.length));
  if (isZero(average)) return { kind: "even", months: whole.length };
  return { kind: total.minor > 0n ? "left-over" : "missing", average, months: whole.length };
}

/** To the nearest minor unit, halves up; for amounts that are not negative. */
function divide(amount: Amount, by: bigint): Amount {
  return { minor: (amount.minor * 2n + by) / (by * 2n), currency: amount.currency };
}

export interface SpendingShare {
  readonly category: CategoryId;
  /** Positive is spent; negative means that more came back than went out. */
  readonly spent: Amount;
  readonly before: Amount;
  readonly count: number;
  /** Of everything spent, 0 to 1. */
  readonly share: number;
}
export interface SpendingBreakdown {
  readonly total: Amount;
  readonly before: Amount;
  readonly shares: readonly SpendingShare[];
}

/** Spending by category with its shares, largest first. Expenses are positive figures on the wire. */
export function spendingBreakdown(spending: Spending["currencies"][number]): SpendingBreakdown {
  const total = fromWire(spending.total);
  const shares = spending.categories
    .map(({ category, amount, previous, count }) => {
      const spent = fromWire(amount);
      return { category, spent, before: fromWire(previous), count, share: Math.max(0, shareOf(spent, total) ?? 0) };
    })
    .toSorted((a, b) => (a.spent.minor === b.spent.minor ? 0 : a.spent.minor > b.spent.minor ? -1 : 1));
  return { total, before: fromWire(spending.previousTotal), shares };
}

/** How a figure stands against an earlier one: the difference and its share of the earlier one. */
export interface Change {
  readonly direction: "up" | "down" | "same";
  readonly difference: Amount;
  /** Undefined where the earlier figure was nothing, or too small to say anything. */
  readonly share: number | undefined;
}

export function changeOf(now: Amount, before: Amount): Change {
  const difference = subtract(now, before);
  const share = isZero(before) ? undefined : shareOf(magnitude(difference), magnitude(before));
  return {
    direction: difference.minor === 0n ? "same" : difference.minor > 0n ? "up" : "down",
    difference: magnitude(difference),
    share: share !== undefined && share < 10 ? share : undefined,
  };
}

const PER_YEAR: Record<Recurring["cadence"], bigint> = { weekly: 52n, monthly: 12n, quarterly: 4n, yearly: 1n };

/** What the active recurring payments of a currency come to in a month, as positive figures; income left out. */
export function recurringPerMonth(recurring: readonly Pick<Recurring, "amount" | "cadence" | "status">[], currency: string): Amount {
  const perYear = recurring
    .filter(({ amount, status }) => status === "active" && amount.currency === currency && fromWire(amount).minor < 0n)
    .map(({ amount, cadence }): Amount => ({ minor: -fromWire(amount).minor * PER_YEAR[cadence], currency }))
    .reduce(add, { minor: 0n, currency });
  return divide(perYear, 12n);
}

type Day = NetWorth["currencies"][number]["days"][number];

/** From the first to the last day of a course; undefined for fewer than two days. */
export function courseFinding(days: readonly Day[]): (Change & { readonly since: string; readonly now: Amount }) | undefined {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined || first === last) return undefined;
  const now = fromWire(last.amount);
  return { ...changeOf(now, fromWire(first.amount)), since: first.date, now };
}
