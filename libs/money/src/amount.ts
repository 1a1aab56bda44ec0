import { AmountError } from "./amount-error.ts";
import { isCurrency } from "./currency.ts";

/** An exact sum of money: whole minor units (cents) of one ISO 4217 currency. Negative means money going out. */
export interface Amount {
  readonly minor: bigint;
  readonly currency: string;
}

/** Makes an amount from minor units; throws AmountError for an unknown currency. */
export function amountOf(minor: bigint, currency: string): Amount {
  if (!isCurrency(currency)) throw new AmountError("currency", `Unknown currency ${JSON.stringify(currency)}.`);
  return { minor, currency };
}

export function zero(currency: string): Amount {
  return amountOf(0n, currency);
}

export function add(a: Amount, b: Amount): Amount {
  assertSameCurrency(a, b);
  return { minor: a.minor + b.minor, currency: a.currency };
}

export function subtract(a: Amount, b: Amount): Amount {
  return add(a, negate(b));
}

export function negate(a: Amount): Amount {
  return { minor: -a.minor, currency: a.currency };
}

/** -1, 0 or 1, for sorting; throws AmountError when the currencies differ. */
export function compare(a: Amount, b: Amount): -1 | 0 | 1 {
  assertSameCurrency(a, b);
  if (a.minor === b.minor) return 0;
  return a.minor < b.minor ? -1 : 1;
}

export function equals(a: Amount, b: Amount): boolean {
  return a.currency === b.currency && a.minor === b.minor;
}

/** Adds up amounts that must all be in `currency`; the sum of nothing is zero. */
export function sum(amounts: Iterable<Amount>, currency: string): Amount {
  let total = zero(currency);
  for (const amount of amounts) total = add(total, amount);
  return total;
}

export function isNegative(a: Amount): boolean {
  return a.minor < 0n;
}

export function isZero(a: Amount): boolean {
  return a.minor === 0n;
}

function assertSameCurrency(a: Amount, b: Amount): void {
  if (a.currency !== b.currency) {
    throw new AmountError("currency-mismatch", `${a.currency} and ${b.currency} cannot be combined.`);
  }
}
