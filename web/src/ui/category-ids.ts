import type { TransactionRow } from "../api/queries.ts";

export type CategoryId = NonNullable<TransactionRow["category"]>["category"];

const order: Record<CategoryId, number> = {
  income: 0,
  housing: 1,
  groceries: 2,
  "eating-out": 3,
  transport: 4,
  subscriptions: 5,
  health: 6,
  shopping: 7,
  leisure: 8,
  family: 9,
  finance: 10,
  transfers: 11,
  other: 12,
};

/** Every category in the order people read them. */
export const categoryIds: readonly CategoryId[] = (Object.keys(order) as CategoryId[]).toSorted((a, b) => order[a] - order[b]);
