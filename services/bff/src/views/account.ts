import type { AccountView } from "@opl/contracts/http/bff";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { Consent } from "@opl/contracts/model";
import { availableBalance, headlineBalance } from "./balance.ts";
import { isStanding } from "./connection.ts";
import { maskNumber } from "./masked-number.ts";

/** An account of the ledger as pages show it. The IBAN stays behind. */
export function accountView(account: LedgerAccount, bankName: (aspspId: string) => string): AccountView {
  const balance = headlineBalance(account.balances);
  return {
    accountId: account.accountId,
    consentId: account.consentId,
    aspspId: account.aspspId,
    aspspName: bankName(account.aspspId),
    kind: account.kind,
    name: account.name,
    maskedNumber: maskNumber(account.iban) ?? maskNumber(account.maskedPan),
    ownerName: account.ownerName,
    balance: balance === null ? null : { type: balance.type, amount: balance.amount, asOf: balance.asOf },
    available: availableBalance(account.balances),
    transactions: account.transactions,
    oldestBookingDate: account.oldestBookingDate,
    readAt: account.readAt,
    incompleteSince: account.incompleteSince,
    connected: account.connected,
  };
}

/** Ingest hears of the end of a permission a moment after its owner, who has the last word. Undefined: could not be had. */
export function withConsents(accounts: readonly LedgerAccount[], consents: readonly Consent[] | undefined): readonly LedgerAccount[] {
  if (consents === undefined) return accounts;
  const standing = new Set(consents.filter(isStanding).map(({ consentId }) => consentId));
  return accounts.map((account) => ({ ...account, connected: account.connected && standing.has(account.consentId) }));
}

const kinds: readonly AccountView["kind"][] = ["current", "savings", "card", "loan", "unknown"];

/** Banks together, and within a bank what is used daily first; the order never depends on who answered first. */
export function inDisplayOrder<T extends AccountView>(accounts: readonly T[]): T[] {
  return accounts.toSorted(
    (a, b) =>
      compare(a.aspspName, b.aspspName) || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || compare(a.name, b.name) || compare(a.accountId, b.accountId),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
