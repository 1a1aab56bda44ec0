/**
 * A bound given as decimal text without sign, in minor units of a currency with so many decimals. Rounded so that exactly the amounts on
 * the right side of the bound remain: a lower bound upwards, an upper bound downwards.
 */
export function boundMinor(text: string, exponent: number, side: "least" | "most"): bigint {
  const [whole = "0", decimals = ""] = text.split(".");
  const kept = decimals.slice(0, exponent).padEnd(exponent, "0");
  const minor = BigInt(whole + kept);
  return side === "least" && /[1-9]/.test(decimals.slice(exponent)) ? minor + 1n : minor;
}

/** Decimal texts without sign: from `least` on, and less than `below`. */
export interface AmountRange {
  readonly least: string;
  readonly below: string;
}

/**
 * The amounts somebody may mean who types this into a search, whichever way the money went: `4` is 4.00 to 4.99, `4,5` is 4.50 to 4.59,
 * `1 234.50 €` is itself. Undefined for what is no amount.
 */
export function searchedAmounts(text: string): AmountRange | undefined {
  const [, typed = "", decimals = ""] = /^[+\u2212-]?\s*(\d[\d\s]*)(?:[.,](\d{0,4}))?\s*\u20ac?$/.exec(text.trim()) ?? [];
  const whole = typed.replaceAll(/\s/g, "");
  if (whole === "" || whole.length > 12) return undefined;
  const next = String(BigInt(whole + decimals) + 1n).padStart(decimals.length + 1, "0");
  const at = next.length - decimals.length;
  return decimals === "" ? { least: whole, below: next } : { least: `${whole}.${decimals}`, below: `${next.slice(0, at)}.${next.slice(at)}` };
}
