import { z } from "zod";

/** The categories a transaction can have; names for people are the client's. */
export const categoryId = z.enum([
  "income",
  "housing",
  "groceries",
  "eating-out",
  "transport",
  "subscriptions",
  "health",
  "shopping",
  "leisure",
  "family",
  "finance",
  "transfers",
  "other",
]);
export type CategoryId = z.infer<typeof categoryId>;

/** Why a transaction is in its category. */
export const categoryReason = z.object({
  category: categoryId,
  /** Which rule said so, stable: `counterparty.s-market`, `transfer.own-account`, `fallback.sign`. */
  ruleId: z.string(),
  /** The words of the transaction that matched, if words did. */
  matched: z.string().nullable(),
  confidence: z.enum(["certain", "likely", "guess"]),
  rulesVersion: z.int(),
});
export type CategoryReason = z.infer<typeof categoryReason>;
