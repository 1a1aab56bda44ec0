import { minorFrom } from "../../people/books.ts";

/** Units of a currency for one euro, in ten-thousandths. Invented, and always the same. */
const perEuro: Readonly<Record<string, bigint>> = {
  EUR: 10_000n,
  AUD: 16_500n,
  CAD: 14_800n,
  CHF: 9_400n,
  CZK: 252_000n,
  DKK: 74_600n,
  GBP: 8_500n,
  HUF: 3_950_000n,
  JPY: 1_630_000n,
  NOK: 117_000n,
  PLN: 43_000n,
  SEK: 113_000n,
  USD: 10_900n,
};

/** Whether this bank pays in the currency. */
export function isPaidHere(currency: string): boolean {
  return Object.hasOwn(perEuro, currency);
}

/** What an amount costs an account in euro, in cents, rounded up; undefined where the text is no exact amount of the currency. */
export function centsFor(amount: string, currency: string): bigint | undefined {
  const minor = minorFrom(amount, currency);
  const rate = perEuro[currency];
  if (minor === undefined || rate === undefined) return undefined;
  const hundredths = currency === "JPY" ? minor * 100n : minor;
  return (hundredths * 10_000n + rate - 1n) / rate;
}
