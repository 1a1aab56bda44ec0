import type { Occurrence } from "../recurrence/detect.ts";

/** A booked entry of any of a person's accounts, as questions about it look at it. */
export interface Charge extends Occurrence {
  readonly repeats: boolean;
  /** It repeats, and the latest change of its price is this entry: the person is told so already. */
  readonly priceChanged: boolean;
}

/** Money that left the person for somebody who is known. */
export function isExpense({ amountMinor, category, counterpartyKey }: Charge): boolean {
  return amountMinor < 0n && category !== "transfers" && counterpartyKey !== "";
}

export function byDay(a: Charge, b: Charge): number {
  if (a.bookingDate !== b.bookingDate) return a.bookingDate < b.bookingDate ? -1 : 1;
  return a.transactionId < b.transactionId ? -1 : 1;
}
