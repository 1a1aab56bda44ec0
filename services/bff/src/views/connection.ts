import type { ConnectionView } from "@opl/contracts/http/bff";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { Aspsp, Consent, Sync } from "@opl/contracts/model";
import { bankNames } from "./bank-names.ts";
import { maskNumber } from "./masked-number.ts";

/** Answers of the owners; undefined: could not be had just now. */
export interface ConnectionParts {
  readonly accounts: readonly LedgerAccount[] | undefined;
  readonly syncs: readonly Sync[] | undefined;
  readonly banks: readonly Aspsp[] | undefined;
}

/**
 * What a person calls a bank: one consent with its accounts, its latest reading and how the bank is. Which accounts it covers and when it
 * was last used is the consent's to say, also after its end; the ledger adds names, and what the consent has not heard of yet.
 */
export function connectionView(consent: Consent, parts: ConnectionParts, now: Temporal.Instant): ConnectionView {
  const sync = parts.syncs?.find(({ consentId }) => consentId === consent.consentId) ?? null;
  return {
    consentId: consent.consentId,
    aspspId: consent.aspspId,
    aspspName: bankNames(parts.banks)(consent.aspspId),
    status: consent.status,
    createdAt: consent.createdAt,
    authorisedAt: consent.authorisedAt,
    validUntil: consent.validUntil,
    endedAt: consent.endedAt,
    daysLeft: isStanding(consent) ? daysBetween(now, consent.validUntil) : null,
    reconfirmBy: consent.reconfirmBy,
    daysToReconfirm: consent.status === "valid" && consent.reconfirmBy !== null ? daysBetween(now, consent.reconfirmBy) : null,
    lastUsedAt: latest([consent.lastUsedAt, sync?.status === "completed" ? sync.finishedAt : null]),
    accounts: coveredAccounts(consent, parts.accounts ?? []),
    sync,
    health: parts.banks?.find((bank) => bank.aspspId === consent.aspspId)?.health ?? null,
    history: consent.history,
  };
}

/**
 * The connections a person has or had, newest first. Attempts that never became a permission are left out: they are part
 * of connecting a bank, not of what was allowed.
 */
export function listedConnections(consents: readonly Consent[], parts: ConnectionParts, now: Temporal.Instant): ConnectionView[] {
  return consents
    .filter((consent) => consent.authorisedAt !== null)
    .toSorted((a, b) => Temporal.Instant.compare(b.createdAt, a.createdAt))
    .map((consent) => connectionView(consent, parts, now));
}

/** Given and not ended, whether anything is read at the moment or not. */
export function isStanding({ status }: Pick<Consent, "status">): boolean {
  return status === "valid" || status === "unconfirmed" || status === "scaRequired";
}

/** Days until `until` to the nearest whole one, never negative: a warning that is seen a moment after its time still says the day it is for. */
export function daysBetween(now: Temporal.Instant, until: string): number {
  return Math.max(0, Math.round(now.until(until).total("hours") / 24));
}

/** By name; those without one behind them, by their number: its dots sort behind every letter. */
function coveredAccounts({ consentId, accounts }: Consent, ledger: readonly LedgerAccount[]): ConnectionView["accounts"] {
  const covered = new Map<string, ConnectionView["accounts"][number]>(accounts.map((account) => [account.accountId, { ...account, name: null }]));
  for (const { accountId, name, kind, iban, maskedPan, consentId: readBy } of ledger) {
    if (readBy !== consentId && !covered.has(accountId)) continue;
    covered.set(accountId, { accountId, name, kind, maskedNumber: maskNumber(iban) ?? maskNumber(maskedPan) });
  }
  const place = ({ name, maskedNumber }: ConnectionView["accounts"][number]) => name ?? maskedNumber ?? "•";
  return [...covered.values()].toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}

function latest(times: readonly (string | null)[]): string | null {
  return times.filter((time) => time !== null).toSorted((a, b) => Temporal.Instant.compare(b, a))[0] ?? null;
}
