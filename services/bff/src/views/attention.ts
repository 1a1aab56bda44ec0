import type { OverviewView } from "@opl/contracts/http/bff";
import type { Consent } from "@opl/contracts/model";
import { bankNames } from "./bank-names.ts";
import { daysBetween, isStanding } from "./connection.ts";
import type { Moment, OverviewParts } from "./overview.ts";
import { mayBeApproved } from "./payment.ts";

type Attention = OverviewView["attention"];

/** So many days before the end of a confirmation the person is first reminded, and is told here. */
const confirmDays = 30;
/** A lost permission and a changed price stop asking for attention after this time. */
const rememberDays = 30;

/** What needs the person, most pressing kind first. */
export function attentionList(parts: OverviewParts, moment: Moment): Attention {
  return [
    ...pausedPermissions(parts),
    ...unfinishedPayments(parts),
    ...endedPermissions(parts, moment),
    ...banksDown(parts),
    ...endingPermissions(parts, moment),
    ...unconfirmedSoon(parts, moment),
    ...incompleteAccounts(parts),
    ...changedPrices(parts, moment),
    ...chargeQuestions(parts),
  ];
}

/** Wanted and not approved yet, or approved and the bank could not debit it so far. */
function unfinishedPayments({ payments = [], banks }: OverviewParts): Attention {
  return payments
    .filter((order) => mayBeApproved(order) || order.status === "pending")
    .map(({ paymentOrderId, aspspId, status, createdAt }) => ({
      kind: "payment-unfinished" as const,
      paymentOrderId,
      aspspName: bankNames(banks)(aspspId),
      status,
      since: createdAt,
    }));
}

/** Told from the first warning on (30, 7 and 1 days before); consent says when that is. */
function endingPermissions({ consents = [], banks }: OverviewParts, { now }: Moment): Attention {
  return consents
    .filter((consent) => isStanding(consent) && consent.history.some(({ what }) => what === "expiring"))
    .map((consent) => ({
      kind: "permission-ends" as const,
      consentId: consent.consentId,
      aspspName: bankNames(banks)(consent.aspspId),
      daysLeft: daysBetween(now, consent.validUntil),
    }));
}

function unconfirmedSoon({ consents = [], banks }: OverviewParts, { now }: Moment): Attention {
  return consents.flatMap(({ status, reconfirmBy, consentId, aspspId }) =>
    status === "valid" && reconfirmBy !== null && daysBetween(now, reconfirmBy) <= confirmDays
      ? [{ kind: "permission-to-confirm" as const, consentId, aspspName: bankNames(banks)(aspspId), daysLeft: daysBetween(now, reconfirmBy) }]
      : [],
  );
}

/** Permissions that stand while nothing is read, until the person does something. */
function pausedPermissions({ consents = [], banks }: OverviewParts): Attention {
  return consents.flatMap(({ status, consentId, aspspId }) =>
    status === "unconfirmed" || status === "scaRequired"
      ? [{ kind: "permission-paused" as const, consentId, aspspId, aspspName: bankNames(banks)(aspspId), reason: status }]
      : [],
  );
}

/** Permissions that ended without the person's doing and that nothing newer at the same bank stands in for. */
function endedPermissions({ consents = [], banks }: OverviewParts, { now }: Moment): Attention {
  const connected = new Set(consents.filter(isStanding).map((consent) => consent.aspspId));
  return consents
    .filter((consent) => endedByOthers(consent) && !connected.has(consent.aspspId) && endedLately(consent, now))
    .map(({ consentId, aspspId }) => ({ kind: "permission-ended" as const, consentId, aspspId, aspspName: bankNames(banks)(aspspId) }));
}

function endedByOthers(consent: Consent): boolean {
  if (consent.authorisedAt === null || consent.endedAt === null || consent.status === "replaced") return false;
  const end = consent.history.findLast((entry) => entry.what === "expired" || entry.what === "revoked" || entry.what === "lost");
  return end !== undefined && end.by !== "psu";
}

function endedLately(consent: Consent, now: Temporal.Instant): boolean {
  return consent.endedAt !== null && Temporal.Instant.compare(now.subtract({ hours: rememberDays * 24 }), consent.endedAt) <= 0;
}

function incompleteAccounts({ accounts = [] }: OverviewParts): Attention {
  return accounts.flatMap(({ accountId, name, incompleteSince }) =>
    incompleteSince === null ? [] : [{ kind: "account-incomplete" as const, accountId, accountName: name, since: incompleteSince }],
  );
}

function banksDown({ consents = [], banks = [] }: OverviewParts): Attention {
  const connected = new Set(consents.filter((consent) => consent.status === "valid").map((consent) => consent.aspspId));
  return banks
    .filter((bank) => bank.health.status === "down" && connected.has(bank.aspspId))
    .map((bank) => ({ kind: "bank-down" as const, aspspId: bank.aspspId, aspspName: bank.name, since: bank.health.since }));
}

function changedPrices({ insights }: OverviewParts, { today }: Moment): Attention {
  const since = today.subtract({ days: rememberDays }).toString();
  return (insights?.recurring ?? []).flatMap(({ status, recurringId, counterpartyName, previousAmount, changedOn, amount }) =>
    status === "active" && previousAmount !== null && changedOn !== null && changedOn >= since
      ? [{ kind: "price-changed" as const, recurringId, counterpartyName, before: previousAmount, now: amount }]
      : [],
  );
}

/** What analytics asks about charges; it says for how long. */
function chargeQuestions({ insights }: OverviewParts): Attention {
  return (insights?.questions ?? []).flatMap(({ kind, counterpartyName, amount, usual, charges }): Attention => {
    if (kind === "double-charge") return [{ kind, counterpartyName, amount, charges }];
    return usual === null ? [] : [{ kind, counterpartyName, amount, usual, charges }];
  });
}
