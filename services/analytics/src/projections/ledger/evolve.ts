import type { TransactionsTable } from "../../db/tables.ts";
import type { Selectable } from "kysely";

/** A row of the list. */
export type LedgerRow = Selectable<TransactionsTable>;
type Meaning = "searchText" | "category" | "ruleId" | "matched" | "confidence" | "rulesVersion" | "recurringId" | "generation" | "version";
/** The same without what we add to the bank's words. */
export type LedgerEntry = Omit<LedgerRow, Meaning>;

/**
 * What we know about one entry. `version` counts the facts about its account; the entry's is that of the fact that told it, 0 when it
 * was read again from the ledger. `removedVersion` is that of the last fact that took it back, 0 for none.
 */
export interface EntryState<Entry extends { readonly revision: number } = LedgerEntry> {
  readonly entry: Entry | null;
  readonly version: bigint;
  readonly removedVersion: bigint;
}

export type LedgerFact<Entry extends { readonly revision: number } = LedgerEntry> =
  | { readonly kind: "recorded"; readonly entry: Entry; readonly version: bigint }
  | { readonly kind: "removed"; readonly version: bigint }
  /** Read from the ledger while rebuilding: without a version, at a moment when the ledger counted it. */
  | { readonly kind: "exported"; readonly entry: Entry };

export const unknownEntry: EntryState<never> = { entry: null, version: 0n, removedVersion: 0n };

/**
 * What is known after one more fact. Facts may come twice and in any order: the newest decides, so every order of the same facts ends
 * in the same state. A removal takes back what was told before it and nothing that was told after.
 */
export function evolve<Entry extends { readonly revision: number }>(state: EntryState<Entry>, fact: LedgerFact<Entry>): EntryState<Entry> {
  switch (fact.kind) {
    case "recorded":
      return fact.version > state.removedVersion && supersedes(fact, state) ? { ...state, entry: fact.entry, version: fact.version } : state;
    case "removed":
      if (fact.version <= state.removedVersion) return state;
      return state.version <= fact.version ? { entry: null, version: 0n, removedVersion: fact.version } : { ...state, removedVersion: fact.version };
    case "exported":
      if (state.entry !== null && state.entry.revision >= fact.entry.revision) return state;
      return { ...state, entry: fact.entry, version: state.version > state.removedVersion ? state.version : state.removedVersion };
  }
}

function supersedes(
  fact: { readonly entry: { readonly revision: number }; readonly version: bigint },
  state: EntryState<{ readonly revision: number }>,
): boolean {
  if (state.entry === null) return true;
  return state.version === 0n ? fact.entry.revision >= state.entry.revision : fact.version > state.version;
}
