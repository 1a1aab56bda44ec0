/** What a receipt says of a change: grant, renewal, confirmation and every end of a consent that was given. */
import type { ReceiptHappened } from "@opl/contracts/model";
import { grantOf } from "./consent.ts";
import type { Consent, Fact } from "./consent.ts";
import type { FundsCommand, FundsConsent } from "./funds-consent.ts";

export interface ReceiptFacts {
  readonly happened: ReceiptHappened;
  readonly at: string;
  readonly scope: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly reconfirmBy: string | null;
  readonly replaces: string | null;
  readonly replacedBy: string | null;
  readonly dataKept: boolean | null;
}

/** Null for what needs no receipt: words to the person, a pause, an attempt that came to nothing. */
export function receiptFacts(consent: Consent, fact: Fact, at: Temporal.Instant): ReceiptFacts | null {
  const grant = grantOf(consent);
  const happened = happenedOf(consent, fact);
  if (grant === null || happened === null) return null;
  return {
    happened,
    at: at.toString(),
    scope: grant.scope,
    since: grant.authorisedAt.toString(),
    until: grant.validUntil.toString(),
    reconfirmBy: grant.reconfirmation?.dueAt.toString() ?? null,
    replaces: consent.replaces,
    replacedBy: fact.fact === "replaced" ? fact.successor : null,
    dataKept: fact.fact === "revoked" ? fact.keepData : null,
  };
}

function happenedOf({ replaces }: Consent, fact: Fact): ReceiptHappened | null {
  switch (fact.fact) {
    case "authorised":
      return replaces === null ? "granted" : "renewed";
    case "revoked":
      return fact.by === "psu" ? "withdrawn" : "ended-by-us";
    case "lost":
      return fact.by === "aspsp" ? "ended-at-bank" : "ended-by-us";
    case "reconfirmed":
    case "expired":
    case "replaced":
      return fact.fact;
    case "rejected":
    case "expiring":
    case "reconfirmation-due":
    case "paused":
      return null;
  }
}

function happenedToFunds({ replaces }: FundsConsent, command: FundsCommand): ReceiptHappened | null {
  switch (command.type) {
    case "authorise":
      return replaces === null ? "granted" : "renewed";
    case "revoke":
      return command.by === "psu" ? "withdrawn" : "ended-by-us";
    case "lose":
      return command.by === "aspsp" ? "ended-at-bank" : "ended-by-us";
    case "replace":
      return "replaced";
    case "expire":
      return "expired";
    case "reject":
    case "warn":
      return null;
  }
}

/** The same for a permission to ask one account for funds, after a command changed it. It names no account where the bank did not say which the person chose. */
export function fundsReceiptFacts(consent: FundsConsent, command: FundsCommand): (ReceiptFacts & { readonly accounts: readonly string[] }) | null {
  const happened = happenedToFunds(consent, command);
  const account = maskedNumber(consent.iban);
  if (happened === null || consent.authorisedAt === null) return null;
  return {
    happened,
    at: command.at.toString(),
    scope: ["funds"],
    accounts: account === null ? [] : [account],
    since: consent.authorisedAt.toString(),
    until: consent.validUntil.toString(),
    reconfirmBy: null,
    replaces: consent.replaces,
    replacedBy: command.type === "replace" ? command.successor : null,
    dataKept: null,
  };
}

/** Which accounts a new consent covers shows only with its first reading: its receipt waits so long for that. */
const accountsKnownAfterSeconds = 30;

/** When a receipt is signed at the earliest, and whether it names the accounts as they are known by then. */
export function signedFrom(
  { happened }: Pick<ReceiptFacts, "happened">,
  at: Temporal.Instant,
): { readonly at: Temporal.Instant; readonly namesLater: boolean } {
  const namesLater = happened === "granted" || happened === "renewed";
  return { at: namesLater ? at.add({ seconds: accountsKnownAfterSeconds }) : at, namesLater };
}

/** An IBAN or card number as a receipt shows it: its last four characters, behind dots. Null for none, and for one too short to hide anything. */
export function maskedNumber(number: string | null | undefined): string | null {
  const bare = (number ?? "").replaceAll(/[^A-Za-z0-9]/g, "");
  return bare.length < 8 ? null : `•••• ${bare.slice(-4)}`;
}
