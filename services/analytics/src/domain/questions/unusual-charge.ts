import { addDays } from "../calendar.ts";
import { type Charge, isExpense } from "./charge.ts";

/** What is usual is told by so many days before a charge, if there are so many expenses in them. */
const usualDays = 365;
const knownTimes = 6;
const knownTimesInCategory = 20;
/** In minor units of any currency: to be so much above the usual is worth a question. */
const leastAboveMinor = 5_000n;
/** So many times the middle, and so many times the spread above it, is far. A category holds more kinds of things than a counterparty. */
const farFrom = { counterparty: { times: 3n, spreads: 10n }, category: { times: 10n, spreads: 30n } } as const;

/** What is usual, positive, and of what: what this counterparty is paid, or anything in the charge's category. */
export interface Usual {
  readonly minor: bigint;
  readonly of: "counterparty" | "category";
}

/**
 * What the person usually pays, where a charge is far above it: what they paid the same counterparty before or, where they hardly know it, for anything in its category.
 * Undefined where the charge is no surprise: not far above, as high once before, of a new price that is told, or with too little before it to say. The entries are
 * those in its currency.
 */
export function usualBefore(
  charge: Charge,
  { counterparty, category }: { readonly counterparty: readonly Charge[]; readonly category: readonly Charge[] },
): Usual | undefined {
  // Most are too small to be so much above anything.
  if (!isExpense(charge) || charge.priceChanged || -charge.amountMinor <= leastAboveMinor) return undefined;
  const known = sizesBefore(charge, counterparty);
  if (known.length >= knownTimes) return exceeded(charge, known, "counterparty");
  const alike = sizesBefore(charge, category);
  // Who was paid as much before is known well enough for it.
  if (alike.length < knownTimesInCategory || known.some((size) => size * 2n > -charge.amountMinor)) return undefined;
  return exceeded(charge, alike, "category");
}

/** Smallest first. */
function sizesBefore(charge: Charge, entries: readonly Charge[]): readonly bigint[] {
  const from = addDays(charge.bookingDate, -usualDays);
  return entries
    .filter((entry) => isExpense(entry) && entry.bookingDate < charge.bookingDate && entry.bookingDate >= from)
    .map(({ amountMinor }) => -amountMinor)
    .toSorted(compare);
}

function exceeded({ amountMinor }: Charge, sizes: readonly bigint[], of: Usual["of"]): Usual | undefined {
  const { times, spreads } = farFrom[of];
  const [size, usual, largest] = [-amountMinor, middleOf(sizes), sizes.at(-1) ?? 0n];
  // The middle distance from the middle: a few outliers move neither.
  const spread = middleOf(sizes.map((each) => (each > usual ? each - usual : usual - each)).toSorted(compare));
  const far = size >= usual * times && size - usual >= spread * spreads && size - usual >= leastAboveMinor && size * 2n >= largest * 3n;
  return far ? { minor: usual, of } : undefined;
}

function middleOf(sorted: readonly bigint[]): bigint {
  return sorted[sorted.length >> 1] ?? 0n;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
