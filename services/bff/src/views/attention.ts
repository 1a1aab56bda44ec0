import type { OverviewView } from "@opl/contracts/http/bff";
import { bankNames } from "./bank-names.ts";
import { daysBetween, isStanding } from "./connection.ts";
import { fundsViews } from "./funds.ts";
import type { FundsView } from "./funds.ts";
import type { Moment, OverviewParts } from "./overview.ts";
import { mayBeApproved } from "./payment.ts";
import { endedLatelyByOthers, isRemembered, rememberDays } from "./permission-end.ts";

type Attention = OverviewView["attention"];

/** So many days before the end of a confirmation the person is first reminded, and is told here. */
const confirmDays = 30;

/** What needs the person, most pressing kind first. */
export function attentionList(parts: OverviewParts, moment: Moment): Attention {
  const funds = fundsViews(parts.funds ?? [], parts.banks, moment.now);
  return [
    ...pausedPermissions(parts),
    ...unfinishedPayments(parts),
    ...failedPayments(parts, moment),
    ...endedPermissions(parts, moment),
    ...endedFunds(funds),
    ...banksDown(parts),
    ...endingPermissions(parts, moment),
    ...endingFunds(funds),
    ...unconfirmedSoon(parts, moment),
    ...incompleteAccounts(parts),
    ...exceededBudgets(parts),
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

/** Of each order the latest time that the bank did not pay: it may have been months after anybody looked. */
function failedPayments({ payments = [] }: OverviewParts, { now }: Moment): Attention {
  return payments.flatMap(({ paymentOrderId, payments: ordered }) => {
    const failed = ordered.flatMap(({ instruction, executions }) =>
      executions
        .filter(({ status, statusAt }) => status === "rejected" && isRemembered(statusAt, now))
        .map(({ statusAt, dueDate }) => ({ payeeName: instruction.creditor.name, statusAt, dueDate })),
    );
    const latest = failed.toSorted((a, b) => Temporal.Instant.compare(a.statusAt, b.statusAt)).at(-1);
    return latest === undefined ? [] : [{ kind: "payment-failed" as const, paymentOrderId, payeeName: latest.payeeName, dueDate: latest.dueDate }];
  });
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
    .filter((consent) => !connected.has(consent.aspspId) && endedLatelyByOthers(consent, now))
    .map(({ consentId, aspspId }) => ({ kind: "permission-ended" as const, consentId, aspspId, aspspName: bankNames(banks)(aspspId) }));
}

function endingFunds(funds: readonly FundsView[]): Attention {
  return funds.flatMap(({ fundsConsentId, aspspName, maskedNumber, daysLeft, history }) =>
    daysLeft !== null && history.some(({ what }) => what === "expiring")
      ? [{ kind: "funds-permission-ends" as const, fundsConsentId, aspspName, maskedNumber, daysLeft }]
      : [],
  );
}

function endedFunds(funds: readonly FundsView[]): Attention {
  return funds
    .filter(({ missed }) => missed)
    .map(({ fundsConsentId, aspspName, maskedNumber }) => ({ kind: "funds-permission-ended" as const, fundsConsentId, aspspName, maskedNumber }));
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

/** Of the month that is: a limit that is raised above what was spent ends it. */
function exceededBudgets({ insights }: OverviewParts): Attention {
  return (insights?.exceeded ?? []).map((budget) => ({ kind: "budget-exceeded" as const, ...budget }));
}

/** What analytics asks about charges; it says for how long. */
function chargeQuestions({ insights }: OverviewParts): Attention {
  return (insights?.questions ?? []).flatMap(({ kind, questionId, counterpartyName, amount, usual, usualOf, charges }): Attention => {
    if (kind === "double-charge") return [{ kind, questionId, counterpartyName, amount, charges }];
    return usual === null || usualOf === null ? [] : [{ kind, questionId, counterpartyName, amount, usual, usualOf, charges }];
  });
}
