/**
 * A bound given as decimal text, in minor units of a currency with so many decimals. Rounded so that exactly the amounts on the right
 * side of the bound remain: a lower bound upwards, an upper bound downwards.
 */
export function boundMinor(text: string, exponent: number, side: "least" | "most"): bigint {
  const [whole = "0", decimals = ""] = text.split(".");
  const kept = decimals.slice(0, exponent).padEnd(exponent, "0");
  const rest = decimals.slice(exponent);
  const minor = BigInt(whole + kept);
  return side === "least" && /[1-9]/.test(rest) ? minor + 1n : minor;
}
