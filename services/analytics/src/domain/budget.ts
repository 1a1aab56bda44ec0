import { AmountError, parseAmount } from "@opl/money";

/** Nobody's month costs more; sums of such limits stay far from what a column holds. */
const mostMinor = 10n ** 12n;

/** The limit a person wrote, in minor units; undefined where it is no amount of the currency, not above zero, or beyond all reason. */
export function limitFrom(text: string, currency: string): bigint | undefined {
  try {
    const { minor } = parseAmount(text, currency);
    return minor > 0n && minor <= mostMinor ? minor : undefined;
  } catch (error) {
    if (error instanceof AmountError) return undefined;
    throw error;
  }
}

/** To the nearest minor unit, halves up; undefined of no months. */
export function averageOf(expensesMinor: readonly bigint[]): bigint | undefined {
  const months = BigInt(expensesMinor.length);
  if (months === 0n) return undefined;
  const total = expensesMinor.reduce((sum, month) => sum + month, 0n);
  return (total * 2n + months) / (months * 2n);
}

/** A limit to begin with: the average, rounded up to two digits that count. Undefined where nothing is spent on average. */
export function suggestedLimit(averageMinor: bigint | undefined): bigint | undefined {
  if (averageMinor === undefined || averageMinor <= 0n) return undefined;
  const step = 10n ** BigInt(Math.max(0, averageMinor.toString().length - 2));
  const limit = ((averageMinor + step - 1n) / step) * step;
  return limit > mostMinor ? mostMinor : limit;
}
