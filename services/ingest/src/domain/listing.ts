import { boundMinor, currencies, currencyExponent } from "@opl/money";

/** The place of one transaction in the list: pending first, then the newest day first, then by id. */
export interface Place {
  readonly pending: boolean;
  readonly bookingDate: string;
  readonly transactionId: string;
}

export function writePlace({ pending, bookingDate, transactionId }: Place): string {
  return `${pending ? "p" : "b"}${bookingDate}_${transactionId}`;
}

const placePattern = /^([pb])(\d{4}-\d{2}-\d{2})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Undefined when the text is not one of ours. */
export function readPlace(text: string): Place | undefined {
  const [, status, bookingDate = "", transactionId = ""] = placePattern.exec(text) ?? [];
  if (status === undefined || !isDay(bookingDate)) return undefined;
  return { pending: status === "p", bookingDate, transactionId };
}

function isDay(text: string): boolean {
  try {
    // A year 0 is none to the database.
    return Temporal.PlainDate.from(text).toString() === text && !text.startsWith("0000");
  } catch {
    return false;
  }
}

/** A bound in minor units for all currencies that have as many decimals. */
export interface ExponentBound {
  readonly exponent: number;
  readonly minor: bigint;
}

const exponents: readonly number[] = [...new Set(currencies.map(currencyExponent))].toSorted((a, b) => a - b);

/** The currencies with other than two decimals, by their number. */
export const unusualCurrencies: ReadonlyMap<number, readonly string[]> = new Map(
  exponents.filter((exponent) => exponent !== 2).map((exponent) => [exponent, currencies.filter((code) => currencyExponent(code) === exponent)]),
);

/** A decimal bound without sign in minor units of each kind of currency. */
export function boundsOf(text: string, side: "least" | "most"): readonly ExponentBound[] {
  return exponents.map((exponent) => ({ exponent, minor: boundMinor(text, exponent, side) }));
}
