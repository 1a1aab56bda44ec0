import { fromWire, sum, toWire } from "@opl/money";
import type { WireAmount } from "../../../format/format.ts";

/** What these amounts come to, by currency, in the order of their names. */
export function sumsOf(amounts: readonly WireAmount[]): WireAmount[] {
  const byCurrency = Map.groupBy(amounts, ({ currency }) => currency);
  return [...byCurrency]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) =>
      toWire(
        sum(
          own.map((amount) => fromWire(amount)),
          currency,
        ),
      ),
    );
}
