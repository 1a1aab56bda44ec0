import { AmountError } from "./amount-error.ts";
import { amountOf } from "./amount.ts";
import type { Amount } from "./amount.ts";
import { currencyExponent, isCurrency } from "./currency.ts";

/** An amount between processes: the number as text with exactly the currency's decimals, `"-12.50"`. */
export interface AmountWire {
  readonly amount: string;
  readonly currency: string;
}

/** The largest minor figure, either sign, that a Postgres bigint holds and that can be negated. */
export const maxMinor = 9_223_372_036_854_775_807n;

// No leading zeros, plus signs, blanks, exponents or digits of other scripts (`\d` without the v flag is 0-9 only).
const grammar = /^(-)?(0|[1-9]\d*)(?:\.(\d+))?$/;

/**
 * Reads a bank's decimal text without ever going through a float. Fewer decimals than the currency has are fine,
 * more only when they are zeros; `-0.00` is zero.
 * @throws AmountError with the reason
 */
export function parseAmount(text: string, currency: string): Amount {
  if (typeof currency !== "string" || !isCurrency(currency)) {
    throw new AmountError("currency", `Unknown currency ${JSON.stringify(currency)}.`);
  }
  const match = typeof text === "string" && text.length <= 64 ? grammar.exec(text) : null;
  if (match === null) throw new AmountError("grammar", "Not a decimal number of the form -123.45.");
  const [, sign = "", integer = "0", decimals = ""] = match;
  const exponent = currencyExponent(currency);
  if (/[1-9]/.test(decimals.slice(exponent))) {
    throw new AmountError("precision", `${currency} has ${exponent} decimals; the text has more.`);
  }
  const magnitude = BigInt(integer + decimals.slice(0, exponent).padEnd(exponent, "0"));
  if (magnitude > maxMinor) throw new AmountError("range", "The amount does not fit 64 bits.");
  return amountOf(sign === "-" ? -magnitude : magnitude, currency);
}

/** Writes an amount as decimal text with exactly the currency's decimals. */
export function toDecimalText(amount: Amount): string {
  const exponent = currencyExponent(amount.currency);
  const negative = amount.minor < 0n;
  const digits = (negative ? -amount.minor : amount.minor).toString().padStart(exponent + 1, "0");
  const integer = digits.slice(0, digits.length - exponent);
  const text = exponent === 0 ? integer : `${integer}.${digits.slice(-exponent)}`;
  return negative ? `-${text}` : text;
}

export function toWire(amount: Amount): AmountWire {
  return { amount: toDecimalText(amount), currency: amount.currency };
}

/** @throws AmountError when the wire form is not an exact amount */
export function fromWire(wire: AmountWire): Amount {
  return parseAmount(wire.amount, wire.currency);
}
