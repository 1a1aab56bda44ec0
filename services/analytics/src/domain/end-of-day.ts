import type { AccountKind, BalanceType } from "@opl/contracts/model";
import { addDays } from "./calendar.ts";

/** What a bank said about a balance. */
export interface ToldBalance {
  readonly balanceType: BalanceType;
  readonly day: string;
  readonly asOf: Temporal.Instant;
  readonly amountMinor: bigint;
}

/** A balance that is true for the end of a day. */
export interface Anchor {
  readonly day: string;
  readonly amountMinor: bigint;
}

/** Sum of the booked entries of one day. */
export interface Movement {
  readonly date: string;
  readonly sumMinor: bigint;
}

/** Kinds of balance that mean the same, the best first. Those that hold a credit limit say nothing about what a person owns on a card. */
const families: readonly (readonly BalanceType[])[] = [
  ["closingBooked", "interimBooked", "openingBooked"],
  ["expected"],
  ["interimAvailable"],
  ["forwardAvailable"],
];
const limitIncluded: ReadonlySet<BalanceType> = new Set(["interimAvailable", "forwardAvailable"]);

/**
 * Chooses what to work back from, oldest first: the latest balance of the best kind, and closing balances, which are exact for their
 * day. A balance from the middle of an earlier day is left out: bookings came after it. Empty for a card whose bank tells none.
 */
export function anchorsOf(kind: AccountKind, told: readonly ToldBalance[]): Anchor[] {
  const usable = told.filter((balance) => kind !== "card" || !limitIncluded.has(balance.balanceType));
  const family = families.find((types) => usable.some((balance) => types.includes(balance.balanceType)));
  if (family === undefined) return [];
  const candidates = usable.filter((balance) => family.includes(balance.balanceType)).map((balance) => ({ balance, anchor: anchorFrom(balance) }));
  const latest = candidates.reduce((best, each) => (isLater(each.balance, each.anchor, best.balance, best.anchor, family) ? each : best));
  const anchors = new Map(candidates.filter((each) => each.balance.balanceType === "closingBooked").map((each) => [each.anchor.day, each.anchor]));
  anchors.set(latest.anchor.day, latest.anchor);
  return [...anchors.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

/** What an account opens with is what it closed with the day before. */
function anchorFrom({ balanceType, day, amountMinor }: ToldBalance): Anchor {
  return { day: balanceType === "openingBooked" ? addDays(day, -1) : day, amountMinor };
}

function isLater(a: ToldBalance, anchorA: Anchor, b: ToldBalance, anchorB: Anchor, family: readonly BalanceType[]): boolean {
  if (anchorA.day !== anchorB.day) return anchorA.day > anchorB.day;
  const [rankA, rankB] = [family.indexOf(a.balanceType), family.indexOf(b.balanceType)];
  // The end of the day is better known from the closing balance than from one in its middle.
  if (rankA !== rankB && (rankA === 0 || rankB === 0)) return rankA === 0;
  const order = Temporal.Instant.compare(a.asOf, b.asOf);
  return order === 0 ? rankA < rankB : order > 0;
}

/**
 * The balance at the end of each of some days in a row: that of the next anchor less what was booked between, after the last anchor
 * that of the last one plus what was booked since. Before the oldest entry the bank gave, the figure stays that of the oldest known
 * day. Movements, oldest first, must reach from the earlier of the first day and the first anchor to the later of the last ones.
 */
export function endOfDays(anchors: readonly Anchor[], movements: readonly Movement[], dates: readonly string[]): bigint[] {
  const last = anchors.at(-1);
  if (last === undefined) return [];
  const bookedUntil = anchors.map((anchor) => sumUntil(movements, anchor.day));
  let [next, at, booked] = [0, 0, 0n];
  return dates.map((date) => {
    while (next < anchors.length - 1 && (anchors[next]?.day ?? date) < date) next += 1;
    for (let movement = movements[at]; movement !== undefined && movement.date <= date; movement = movements[at]) {
      booked += movement.sumMinor;
      at += 1;
    }
    return (anchors[next] ?? last).amountMinor + booked - (bookedUntil[next] ?? 0n);
  });
}

function sumUntil(movements: readonly Movement[], day: string): bigint {
  let sum = 0n;
  for (const { date, sumMinor } of movements) if (date <= day) sum += sumMinor;
  return sum;
}
