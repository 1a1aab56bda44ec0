import type { CategoryId, CategoryReason } from "@opl/contracts/model";
import { rulesVersion } from "./category-rules/index.ts";
import { cleanCounterparty } from "./counterparty.ts";

/** What a person said about their entries. It goes before every rule of ours and before what other accounts show. */
export interface Said {
  /** By entry. */
  readonly categories: ReadonlyMap<string, CategoryId>;
  /** By entry. */
  readonly notes: ReadonlyMap<string, string>;
  /** By key of the counterparty; see {@link cleanCounterparty}. */
  readonly counterparties: ReadonlyMap<string, { readonly counterpartyName: string; readonly category: CategoryId }>;
}

export interface SaidAbout {
  readonly transactionId: string;
  readonly counterpartyName: string | null;
  readonly remittanceInformation: string | null;
}

/** The category of an entry by the person's own word, if there is one: about this very entry, else about its counterparty. */
export function reasonSaid(said: Said | undefined, entry: SaidAbout): CategoryReason | undefined {
  if (said === undefined) return undefined;
  const category = said.categories.get(entry.transactionId);
  if (category !== undefined) return { category, ruleId: "person.transaction", matched: null, confidence: "certain", rulesVersion };
  if (said.counterparties.size === 0) return undefined;
  const rule = said.counterparties.get(cleanCounterparty(entry.counterpartyName, entry.remittanceInformation).key);
  return rule === undefined
    ? undefined
    : { category: rule.category, ruleId: "person.counterparty", matched: rule.counterpartyName, confidence: "certain", rulesVersion };
}
