import type { CategoryId, CategoryReason } from "@opl/contracts/model";
import { rulesVersion } from "./category-rules/index.ts";
import { cleanCounterparty, counterpartyTextOf } from "./counterparty.ts";
import type { Split } from "./split.ts";

/** Of one person: more than anybody has counterparties to speak of, and few enough to read with every settling. */
export const mostRules = 1_000;

/** What a person said about everything with one counterparty. */
export interface CounterpartyRule {
  readonly counterpartyRuleId: string;
  readonly counterpartyName: string;
  readonly category: CategoryId;
  readonly createdAt: Temporal.Instant;
}

/** What a person said about their entries. It goes before every rule of ours and before what other accounts show. */
export interface Said {
  /** By entry. */
  readonly categories: ReadonlyMap<string, CategoryId>;
  /** By entry. */
  readonly notes: ReadonlyMap<string, string>;
  /** By entry. */
  readonly splits: ReadonlyMap<string, Split>;
  /** By key of the counterparty, see {@link cleanCounterparty}: where names once told apart are now cleaned to one, the later rule. */
  readonly counterparties: ReadonlyMap<string, CounterpartyRule>;
}

export interface SaidAbout {
  readonly transactionId: string;
  readonly counterpartyName: string | null;
  readonly remittanceInformation: string | null;
}

/** What a person said once an entry is split like this, or whole again. */
export function withSplit(said: Said | undefined, transactionId: string, split: Split | undefined): Said {
  const splits = new Map<string, Split>(said?.splits);
  if (split === undefined) splits.delete(transactionId);
  else splits.set(transactionId, split);
  return { categories: new Map(), notes: new Map(), counterparties: new Map(), ...said, splits };
}

/** All that a person wrote about an entry, its parts included; empty where they wrote nothing. */
export function textSaid(said: Said | undefined, transactionId: string): string {
  const notes = [said?.notes.get(transactionId), ...(said?.splits.get(transactionId)?.parts ?? []).map(({ note }) => note)];
  return notes.filter((note) => note !== undefined && note !== null).join(" ");
}

/** The category of an entry by the person's own word, if there is one: about this very entry, else about its counterparty. */
export function reasonSaid(said: Said | undefined, entry: SaidAbout): CategoryReason | undefined {
  if (said === undefined) return undefined;
  const category = said.categories.get(entry.transactionId);
  if (category !== undefined) return { category, ruleId: "person.transaction", matched: null, confidence: "certain", rulesVersion };
  if (said.counterparties.size === 0) return undefined;
  const rule = said.counterparties.get(cleanCounterparty(counterpartyTextOf(entry)).key);
  return rule === undefined
    ? undefined
    : { category: rule.category, ruleId: "person.counterparty", matched: rule.counterpartyName, confidence: "certain", rulesVersion };
}
