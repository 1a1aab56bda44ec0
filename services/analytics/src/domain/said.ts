import type { CategoryId, CategoryReason } from "@opl/contracts/model";
import { rulesVersion } from "./category-rules/index.ts";

/** What a person said about their entries. It goes before every rule of ours and before what other accounts show. */
export interface Said {
  /** By entry. */
  readonly categories: ReadonlyMap<string, CategoryId>;
  /** By entry. */
  readonly notes: ReadonlyMap<string, string>;
}

/** The category of an entry by the person's own word, if there is one. */
export function reasonSaid(said: Said | undefined, { transactionId }: { readonly transactionId: string }): CategoryReason | undefined {
  const category = said?.categories.get(transactionId);
  return category === undefined ? undefined : { category, ruleId: "person.transaction", matched: null, confidence: "certain", rulesVersion };
}
