import type { Amount } from "./amount.ts";
import { currencyExponent } from "./currency.ts";
import { toDecimalText } from "./parse.ts";

/** Minus is U+2212, as typography wants it, and not the hyphen. */
export const minusSign = "\u2212";

/** `auto`: minus when negative. `always`: plus when positive as well. `never`: the bare figure. */
export type SignDisplay = "auto" | "always" | "never";

export interface FormatOptions {
  readonly sign?: SignDisplay;
}

/** An amount in pieces, so that a screen can draw the fraction or the symbol lighter. */
export interface AmountParts {
  readonly sign: "" | "+" | typeof minusSign;
  /** With the locale's group separators. */
  readonly integer: string;
  /** The decimal separator, empty for a currency without decimals. */
  readonly decimal: string;
  readonly fraction: string;
  /** The locale's symbol for the currency, `€` or `CHF`. */
  readonly currency: string;
  readonly symbolPosition: "before" | "after";
  /** The blank between figure and symbol, empty where the locale writes none. */
  readonly space: string;
}

/** Formats an amount for people. Digits, separators and the place of the symbol follow the locale. */
export function formatAmount(amount: Amount, locale: string, options: FormatOptions = {}): string {
  const { sign, integer, decimal, fraction, currency, symbolPosition, space } = amountParts(amount, locale, options);
  const figure = integer + decimal + fraction;
  return symbolPosition === "before" ? `${sign}${currency}${space}${figure}` : `${sign}${figure}${space}${currency}`;
}

/** The same as {@link formatAmount}, in pieces. */
export function amountParts(amount: Amount, locale: string, options: FormatOptions = {}): AmountParts {
  const magnitude = { minor: amount.minor < 0n ? -amount.minor : amount.minor, currency: amount.currency };
  // Given as text, Intl formats exactly: no float is involved.
  const parts = formatterFor(locale, amount.currency).formatToParts(toDecimalText(magnitude) as `${number}`);
  const symbolAt = parts.findIndex((part) => part.type === "currency");
  const firstDigitAt = parts.findIndex((part) => part.type === "integer");
  const text = (...types: readonly Intl.NumberFormatPart["type"][]): string =>
    parts
      .filter((part) => types.includes(part.type))
      .map((part) => part.value)
      .join("");
  return {
    sign: signOf(amount.minor, options.sign ?? "auto"),
    integer: text("integer", "group"),
    decimal: text("decimal"),
    fraction: text("fraction"),
    currency: text("currency"),
    symbolPosition: symbolAt < firstDigitAt ? "before" : "after",
    space: parts.some((part) => part.type === "literal" && part.value.trim() === "") ? "\u00a0" : "",
  };
}

function signOf(minor: bigint, display: SignDisplay): AmountParts["sign"] {
  if (display === "never" || minor === 0n) return "";
  if (minor < 0n) return minusSign;
  return display === "always" ? "+" : "";
}

const formatters = new Map<string, Intl.NumberFormat>();

function formatterFor(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale}/${currency}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    const digits = currencyExponent(currency);
    formatter = new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formatters.set(key, formatter);
  }
  return formatter;
}
