import type { Consent as ConsentWire } from "@opl/contracts/model";
import type { ConsentRecord } from "../db/consent-store.ts";
import { grantOf, hasEnded } from "../domain/consent.ts";

/** A consent as the contract shows it. Before it is granted, `validUntil` is what was asked for. */
export function viewConsent({ consent, lastUsedAt, accounts, history }: ConsentRecord): ConsentWire {
  const grant = grantOf(consent);
  return {
    consentId: consent.consentId,
    psuId: consent.psuId,
    aspspId: consent.aspspId,
    status: consent.status,
    createdAt: consent.createdAt.toString(),
    authorisedAt: grant?.authorisedAt.toString() ?? null,
    validUntil: (grant?.validUntil ?? consent.requestedValidUntil).toString(),
    reconfirmBy: grant?.reconfirmation?.dueAt.toString() ?? null,
    endedAt: hasEnded(consent) ? consent.endedAt.toString() : null,
    replacedBy: consent.status === "replaced" ? consent.replacedBy : null,
    lastUsedAt: lastUsedAt?.toString() ?? null,
    accounts: [...accounts],
    history: history.map(({ at, what, by, reason }) => ({ at: at.toString(), what, by, reason })),
  };
}
