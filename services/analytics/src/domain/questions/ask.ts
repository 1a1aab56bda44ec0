import { addDays } from "../calendar.ts";
import { type Charge, byDay, isExpense } from "./charge.ts";
import { doubleCharges } from "./double-charge.ts";
import { type Usual, usualBefore } from "./unusual-charge.ts";

/** Who did not miss the money by then will not look for it because we ask. */
const askedDays = 14;

/** Something about a person's charges that they alone can answer. */
export interface Question {
  readonly kind: "double-charge" | "unusual-charge";
  /** Oldest first: those that look like one, or the one. */
  readonly charges: readonly [Charge, ...Charge[]];
  /** Where a charge is far above it. */
  readonly usual: Usual | null;
}

/** The first day whose charges are still asked about. */
export function askedSince(today: string): string {
  return addDays(today, -askedDays);
}

/**
 * What to ask about charges booked since a day. Depends on the entries alone, so it is the same whenever it is worked out; about one charge
 * there is one question at most.
 */
export function questionsAbout(entries: readonly Charge[], since: string): Question[] {
  const recent = entries.filter((entry) => entry.bookingDate >= since && isExpense(entry)).toSorted(byDay);
  if (recent.length === 0) return [];
  const keys = new Set(recent.map(({ counterpartyKey }) => counterpartyKey));
  const byCounterparty = Map.groupBy(
    entries.filter(({ counterpartyKey }) => keys.has(counterpartyKey)),
    keyOf,
  );
  const doubled = [...byCounterparty.values()].flatMap((of) => doubleCharges(of, since));
  const asked = new Set(doubled.flat());
  const byCategory = Map.groupBy(entries, ({ currency, category }) => `${currency} ${category}`);
  const unusual = recent.flatMap((charge): Question[] => {
    if (asked.has(charge)) return [];
    const [counterparty, category] = [byCounterparty.get(keyOf(charge)) ?? [], byCategory.get(`${charge.currency} ${charge.category}`) ?? []];
    const usual = usualBefore(charge, { counterparty, category });
    return usual === undefined ? [] : [{ kind: "unusual-charge", charges: [charge], usual }];
  });
  return [...doubled.map((charges): Question => ({ kind: "double-charge", charges, usual: null })), ...unusual];
}

function keyOf({ currency, counterpartyKey }: Charge): string {
  return `${currency} ${counterpartyKey}`;
}
