import { AmountError, currencyExponent, fromWire, isCurrency } from "@opl/money";

/** An amount as typed in any of our languages, as decimal text with all its decimals; null where it is none or nothing. */
export function typedAmount(text: string, currency: string): string | null {
  const digits = text.replace(/[\s\u00a0\u202f'’]/g, "").replace(/(?:€|EUR)$/i, "");
  const marks = digits.match(/[.,]/g) ?? [];
  // Two different marks: the last one separates the decimals, the others group thousands.
  const plain =
    new Set(marks).size > 1
      ? digits.replace(/[.,](?=.*[.,])/g, "").replace(",", ".")
      : marks.length === 1
        ? digits.replace(",", ".")
        : marks.length === 0
          ? digits
          : "";
  if (!/^\d{1,15}(\.\d+)?$/.test(plain) || !isCurrency(currency)) return null;
  const [leading = "", decimals = ""] = plain.split(".");
  const whole = leading.replace(/^0+(?=\d)/, "");
  const exponent = currencyExponent(currency);
  if (decimals.length > exponent) return null;
  const amount = exponent === 0 ? whole : `${whole}.${decimals.padEnd(exponent, "0")}`;
  try {
    return fromWire({ amount, currency }).minor > 0n ? amount : null;
  } catch (error) {
    if (error instanceof AmountError) return null;
    throw error;
  }
}
