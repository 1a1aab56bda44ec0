import type { Charge } from "../domain/questions/charge.ts";

let counter = 0;

/** A purchase of 45.00 somewhere, unless said otherwise. */
export function aCharge(over: Partial<Charge> = {}): Charge {
  counter += 1;
  return {
    transactionId: `t${String(counter).padStart(6, "0")}`,
    accountId: "current",
    currency: "EUR",
    amountMinor: -4500n,
    bookingDate: "2026-11-18",
    category: "shopping",
    counterpartyName: "Verkkokauppa",
    counterpartyKey: "verkkokauppa",
    reference: null,
    repeats: false,
    priceChanged: false,
    ...over,
  };
}

/** Purchases of these cents, one a week up to the day before. */
export function earlier(cents: readonly bigint[], over: Partial<Charge> = {}, before = "2026-11-18"): Charge[] {
  const last = Temporal.PlainDate.from(before).subtract({ days: 1 });
  return cents.map((each, index) => aCharge({ amountMinor: -each, bookingDate: last.subtract({ days: 7 * index }).toString(), ...over }));
}
