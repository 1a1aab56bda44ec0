/**
 * ISO 4217 codes with their exponents (digits after the decimal point), active ones and those retired since
 * 2014. Metals, test and "no currency" codes are left out on purpose: no account is kept in them.
 */
const codesByExponent: Readonly<Record<number, string>> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
  2:
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF " +
    "CNY COP CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG " +
    "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR " +
    "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP " +
    "SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR " +
    "ZMW ZWG ZWL",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByExponent).flatMap(([exponent, codes]) => codes.split(" ").map((code) => [code, Number.parseInt(exponent, 10)] as const)),
);

/** Last day (ISO date) on which a retired currency was legal tender. */
const lastDays: ReadonlyMap<string, string> = new Map([
  ["LTL", "2014-12-31"],
  ["CUC", "2020-12-31"],
  ["HRK", "2022-12-31"],
  ["SLL", "2023-12-31"],
  ["ZWL", "2024-08-31"],
  ["ANG", "2025-06-30"],
  ["BGN", "2025-12-31"],
]);

/** Every code we accept, sorted. */
export const currencies: readonly string[] = [...exponents.keys()].toSorted();

/**
 * True for an ISO 4217 code, upper case as the standard writes it. With `onDate` (ISO date) a retired code counts
 * only up to its last day.
 */
export function isCurrency(code: string, onDate?: string): boolean {
  if (!exponents.has(code)) return false;
  const lastDay = lastDays.get(code);
  return onDate === undefined || lastDay === undefined || onDate <= lastDay;
}

/** Last day of a retired currency as ISO date, undefined for one in use. */
export function currencyLastDay(code: string): string | undefined {
  return lastDays.get(code);
}

/** Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD. Throws RangeError for an unknown code. */
export function currencyExponent(code: string): number {
  const exponent = exponents.get(code);
  if (exponent === undefined) throw new RangeError(`Not an ISO 4217 currency code we know: ${JSON.stringify(code)}`);
  return exponent;
}
