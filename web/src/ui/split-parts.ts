import type { TransactionRow } from "../api/queries.ts";
import { fromWire, sum, toWire } from "../format/amounts.ts";
import type { WireAmount } from "../format/format.ts";
import type { CategoryId } from "./category-ids.ts";

export type RowMeaning = Pick<TransactionRow, "amount" | "category" | "split">;
export type SplitPart = NonNullable<TransactionRow["split"]>["parts"][number];

/** The parts that count in the place of a transaction; undefined where it counts whole. */
export function standingParts({ split }: Pick<RowMeaning, "split">): readonly SplitPart[] | undefined {
  return split?.stands === true ? split.parts : undefined;
}

/** What a transaction brings into a figure of these categories: its parts that are in them, else all of it. */
export function amountIn(row: RowMeaning, chosen: readonly CategoryId[] | undefined): WireAmount {
  const parts = chosen === undefined ? undefined : standingParts(row)?.filter(({ category }) => chosen.includes(category));
  if (parts === undefined) return row.amount;
  return toWire(
    sum(
      parts.map(({ amount }) => fromWire(amount)),
      row.amount.currency,
    ),
  );
}
