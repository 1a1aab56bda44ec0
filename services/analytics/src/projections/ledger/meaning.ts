import type { CategoryReason } from "@opl/contracts/model";
import type { AccountRow } from "../../db/account-store.ts";
import { categorise } from "../../domain/category.ts";
import { type OwnAccounts, ownAccountsOf } from "../../domain/own-accounts.ts";
import { type Said, reasonSaid } from "../../domain/said.ts";
import { type TransferCandidate, findMirroredTransfers } from "../../domain/own-transfer.ts";
import type { LedgerEntry } from "./evolve.ts";
import type { SettledRow } from "./store.ts";
import { ruleEntryOf } from "./translate.ts";

/** The category of an entry by what the person said, else by the entry itself: as far as it can be told without the others. */
export function decideAlone(entry: LedgerEntry, { own, said }: { readonly own: OwnAccounts; readonly said: Said | undefined }): CategoryReason {
  return reasonSaid(said, entry) ?? categorise(ruleEntryOf(entry), own);
}

/**
 * The category of every entry of one person: by their own word, else by the entry itself and by all others. Depends on rows, accounts and
 * words alone, so it is the same whatever came first: an account found late, or one half of a transfer. What the person says about one
 * half says nothing about the other.
 */
export function decideCategories(rows: readonly SettledRow[], accounts: readonly AccountRow[], said: Said | undefined): Map<string, CategoryReason> {
  const own = ownAccountsOf(accounts);
  const byId = new Map(accounts.map((account) => [account.accountId, account]));
  const candidates = rows.map((row): TransferCandidate => {
    const entry = ruleEntryOf(row);
    const account = byId.get(row.accountId);
    return {
      ...entry,
      transactionId: row.transactionId,
      accountKind: account?.kind ?? "unknown",
      accountIban: account?.iban ?? null,
      reason: categorise(entry, own),
    };
  });
  const mirrored = findMirroredTransfers(candidates);
  return new Map(candidates.map((each) => [each.transactionId, reasonSaid(said, each) ?? mirrored.get(each.transactionId) ?? each.reason]));
}
