/**
 * What a person allowed us to read at one bank, as a state machine. Nothing sets a status from outside: every change is
 * a command, decided here against the table of transitions below.
 */
import type { ConsentStatus } from "@opl/contracts/model";
import { confirmedLately, nextWarningAt, reconfirmationAfter, wholeDaysLeft } from "./validity.ts";
import type { Reconfirmation } from "./validity.ts";

/** What the bank granted, never longer than what the person asked for. */
export interface Grant {
  readonly authorisedAt: Temporal.Instant;
  readonly validUntil: Temporal.Instant;
  readonly scope: readonly string[];
  /** When the person is next told that the end is near; null after the last time. */
  readonly nextWarningAt: Temporal.Instant | null;
  /** The person's own clock beside the bank's; null where nothing has to be confirmed before the end. */
  readonly reconfirmation: Reconfirmation | null;
}

interface ConsentBase {
  readonly consentId: string;
  readonly psuId: string;
  readonly aspspId: string;
  readonly createdAt: Temporal.Instant;
  readonly requestedValidUntil: Temporal.Instant;
  /** The older consent at the same bank that this one takes over from. */
  readonly replaces: string | null;
  /** How often the person has to confirm, where the bank leaves asking to us (UK RTS art. 10A). */
  readonly reconfirmDays: number | null;
}
interface Ended {
  readonly endedAt: Temporal.Instant;
}

/** Created at us and at the bank; the person has not come back yet. */
export type ReceivedConsent = ConsentBase & { readonly status: "received" };
/** We may read until `grant.validUntil`. */
export type ValidConsent = ConsentBase & { readonly status: "valid"; readonly grant: Grant };
/** It stands at the bank, and nothing is read: the person has not confirmed it in time. */
type UnconfirmedConsent = ConsentBase & { readonly status: "unconfirmed"; readonly grant: Grant };
/** It stands, and nothing is read: the bank wants to see the person again, which a renewal does (RTS art. 10a). */
type ScaRequiredConsent = ConsentBase & { readonly status: "scaRequired"; readonly grant: Grant };
/** Given and not ended. */
export type StandingConsent = ValidConsent | UnconfirmedConsent | ScaRequiredConsent;
export type Consent =
  | ReceivedConsent
  | StandingConsent
  /** The person or the bank said no, or the return failed a check. */
  | (ConsentBase & Ended & { readonly status: "rejected"; readonly reason: string })
  /** The person withdrew it, here or at the bank; of one that the bank ended we know no more. */
  | (ConsentBase & Ended & { readonly status: "revokedByPsu"; readonly grant: Grant | null })
  /** We ended it, because the person was erased or since we could not go on with what we held of it. */
  | (ConsentBase & Ended & { readonly status: "terminatedByTpp"; readonly grant: Grant | null })
  | (ConsentBase & Ended & { readonly status: "expired"; readonly grant: Grant })
  | (ConsentBase & Ended & { readonly status: "replaced"; readonly grant: Grant; readonly replacedBy: string });

/** The statuses this machine knows; one bank page authorises a whole consent, so `partiallyAuthorised` is never reached. */
export type Status = Consent["status"] & ConsentStatus;
export type Actor = "psu" | "tpp" | "aspsp";

export type Command =
  | {
      readonly type: "authorise";
      readonly at: Temporal.Instant;
      readonly authorisedAt: Temporal.Instant;
      readonly validUntil: Temporal.Instant;
      readonly scope: readonly string[];
    }
  | { readonly type: "reject"; readonly at: Temporal.Instant; readonly by: Actor; readonly reason: string }
  | { readonly type: "revoke"; readonly at: Temporal.Instant; readonly by: "psu" | "tpp"; readonly keepData: boolean }
  /** The consent is gone: the bank says so, or we have lost the way in. */
  | { readonly type: "lose"; readonly at: Temporal.Instant; readonly by: "tpp" | "aspsp"; readonly code: string }
  | { readonly type: "warn"; readonly at: Temporal.Instant }
  | { readonly type: "expire"; readonly at: Temporal.Instant }
  | { readonly type: "replace"; readonly at: Temporal.Instant; readonly successor: string }
  /** The time to confirm comes near. */
  | { readonly type: "remind"; readonly at: Temporal.Instant }
  /** The time to confirm is over. */
  | { readonly type: "lapse"; readonly at: Temporal.Instant }
  | { readonly type: "reconfirm"; readonly at: Temporal.Instant }
  /** The bank wants to see the person again. */
  | { readonly type: "demandSca"; readonly at: Temporal.Instant };

/** What happened, in the words of the events. */
export type Fact =
  | { readonly fact: "authorised"; readonly scope: readonly string[]; readonly authorisedAt: Temporal.Instant; readonly validUntil: Temporal.Instant }
  | { readonly fact: "rejected"; readonly by: Actor; readonly reason: string }
  | { readonly fact: "revoked"; readonly by: "psu" | "tpp"; readonly keepData: boolean }
  | { readonly fact: "lost"; readonly by: "tpp" | "aspsp"; readonly code: string }
  | { readonly fact: "expiring"; readonly validUntil: Temporal.Instant; readonly daysLeft: number }
  | { readonly fact: "expired"; readonly validUntil: Temporal.Instant }
  | { readonly fact: "replaced"; readonly successor: string }
  | { readonly fact: "reconfirmation-due"; readonly reconfirmBy: Temporal.Instant; readonly daysLeft: number }
  | { readonly fact: "reconfirmed"; readonly reconfirmBy: Temporal.Instant | null }
  | { readonly fact: "paused"; readonly reason: PauseReason };

export type PauseReason = "reconfirmation-missed" | "sca-required";

export type Refusal = "already-authorised" | "ended" | "not-authorised" | "sca-required" | "too-early" | "too-late";

export type Decision =
  | { readonly kind: "changed"; readonly consent: Consent; readonly fact: Fact }
  /** The command asks for what is already so. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

type Transition<S extends Status, C extends Command["type"]> = (consent: Extract<Consent, { status: S }>, command: Extract<Command, { type: C }>) => Decision;
type Row<S extends Status> = { readonly [C in Command["type"]]: Transition<S, C> };

const unchanged = (): Decision => ({ kind: "unchanged" });
const refuse = (refusal: Refusal) => (): Decision => ({ kind: "refused", refusal });

/** A consent that ended stays as it is; asking for its end again is no error, asking for anything else is. */
const ended = {
  authorise: refuse("ended"),
  reject: refuse("ended"),
  revoke: unchanged,
  lose: unchanged,
  warn: refuse("ended"),
  expire: unchanged,
  replace: unchanged,
  remind: refuse("ended"),
  lapse: unchanged,
  reconfirm: refuse("ended"),
  demandSca: unchanged,
};

/** What a consent that stands answers whether anything is read or not. */
const standing = {
  authorise: refuse("already-authorised"),
  reject: refuse("already-authorised"),
  revoke,
  lose: (consent: StandingConsent, { at, by, code }: Extract<Command, { type: "lose" }>): Decision => ({
    kind: "changed",
    consent: { ...baseOf(consent), status: by === "aspsp" ? "revokedByPsu" : "terminatedByTpp", endedAt: at, grant: consent.grant },
    fact: { fact: "lost", by, code },
  }),
  warn,
  expire: (consent: StandingConsent, { at }: Extract<Command, { type: "expire" }>): Decision =>
    isBefore(at, consent.grant.validUntil)
      ? { kind: "refused", refusal: "too-early" }
      : {
          kind: "changed",
          consent: { ...baseOf(consent), status: "expired", endedAt: at, grant: consent.grant },
          fact: { fact: "expired", validUntil: consent.grant.validUntil },
        },
  replace: (consent: StandingConsent, { at, successor }: Extract<Command, { type: "replace" }>): Decision => ({
    kind: "changed",
    consent: { ...baseOf(consent), status: "replaced", endedAt: at, grant: consent.grant, replacedBy: successor },
    fact: { fact: "replaced", successor },
  }),
};

const transitions: { readonly [S in Status]: Row<S> } = {
  received: {
    authorise,
    reject: (consent, { at, by, reason }) => ({
      kind: "changed",
      consent: { ...baseOf(consent), status: "rejected", endedAt: at, reason },
      fact: { fact: "rejected", by, reason },
    }),
    revoke,
    lose: (consent, { at, by, code }) => ({
      kind: "changed",
      consent: { ...baseOf(consent), status: "rejected", endedAt: at, reason: code },
      fact: { fact: "rejected", by, reason: code },
    }),
    warn: refuse("not-authorised"),
    expire: refuse("not-authorised"),
    replace: refuse("not-authorised"),
    remind: refuse("not-authorised"),
    lapse: refuse("not-authorised"),
    reconfirm: refuse("not-authorised"),
    demandSca: refuse("not-authorised"),
  },
  valid: {
    ...standing,
    remind,
    lapse,
    reconfirm: (consent, { at }) => (confirmedLately(consent.grant.reconfirmation, at) ? { kind: "unchanged" } : reconfirm(consent, at)),
    demandSca,
  },
  unconfirmed: { ...standing, remind: unchanged, lapse: unchanged, reconfirm: (consent, { at }) => reconfirm(consent, at), demandSca },
  // Confirming here does not help the bank, so its wish outlasts the other clock.
  scaRequired: { ...standing, remind: unchanged, lapse: unchanged, reconfirm: refuse("sca-required"), demandSca: unchanged },
  rejected: ended,
  revokedByPsu: ended,
  terminatedByTpp: ended,
  expired: ended,
  replaced: ended,
};

/** The one way a consent changes: the next state and the fact, or why not. Pure; `at` is part of the command. */
export function decide(consent: Consent, command: Command): Decision {
  // The table pairs each status with its own state and each type with its own command.
  const row = transitions[consent.status] as Row<Status>;
  const transition = row[command.type] as (consent: Consent, command: Command) => Decision;
  return transition(consent, command);
}

/** True once nothing may be read any more and nothing can bring it back. */
export function hasEnded(consent: Consent): consent is Exclude<Consent, ReceivedConsent | StandingConsent> {
  return consent.status !== "received" && !isStanding(consent);
}

export function isStanding(consent: Consent): consent is StandingConsent {
  return consent.status === "valid" || consent.status === "unconfirmed" || consent.status === "scaRequired";
}

export function grantOf(consent: Consent): Grant | null {
  return "grant" in consent ? consent.grant : null;
}

function authorise(consent: ReceivedConsent, command: Extract<Command, { type: "authorise" }>): Decision {
  const { authorisedAt, scope } = command;
  const validUntil = earlier(command.validUntil, consent.requestedValidUntil);
  if (!isBefore(command.at, validUntil)) return { kind: "refused", refusal: "too-late" };
  const grant = {
    authorisedAt,
    validUntil,
    scope,
    nextWarningAt: nextWarningAt({ from: authorisedAt, validUntil, after: authorisedAt }),
    reconfirmation: reconfirmationAfter({ confirmedAt: authorisedAt, days: consent.reconfirmDays, validUntil }),
  };
  return {
    kind: "changed",
    consent: { ...baseOf(consent), status: "valid", grant },
    fact: { fact: "authorised", scope, authorisedAt, validUntil },
  };
}

function revoke(consent: ReceivedConsent | StandingConsent, { at, by, keepData }: Extract<Command, { type: "revoke" }>): Decision {
  return {
    kind: "changed",
    consent: { ...baseOf(consent), status: by === "psu" ? "revokedByPsu" : "terminatedByTpp", endedAt: at, grant: grantOf(consent) },
    fact: { fact: "revoked", by, keepData },
  };
}

function warn(consent: StandingConsent, { at }: Extract<Command, { type: "warn" }>): Decision {
  const { grant } = consent;
  if (!isBefore(at, grant.validUntil)) return { kind: "refused", refusal: "too-late" };
  if (grant.nextWarningAt === null) return { kind: "unchanged" };
  if (isBefore(at, grant.nextWarningAt)) return { kind: "refused", refusal: "too-early" };
  const next = nextWarningAt({ from: grant.authorisedAt, validUntil: grant.validUntil, after: at });
  return {
    kind: "changed",
    consent: { ...consent, grant: { ...grant, nextWarningAt: next } },
    fact: { fact: "expiring", validUntil: grant.validUntil, daysLeft: wholeDaysLeft(grant.validUntil, at) },
  };
}

function remind(consent: ValidConsent, { at }: Extract<Command, { type: "remind" }>): Decision {
  const { reconfirmation, validUntil } = consent.grant;
  if (reconfirmation === null || reconfirmation.nextReminderAt === null) return { kind: "unchanged" };
  const { dueAt, confirmedAt } = reconfirmation;
  if (!isBefore(at, dueAt) || !isBefore(at, validUntil)) return { kind: "refused", refusal: "too-late" };
  if (isBefore(at, reconfirmation.nextReminderAt)) return { kind: "refused", refusal: "too-early" };
  const next = { ...reconfirmation, nextReminderAt: nextWarningAt({ from: confirmedAt, validUntil: dueAt, after: at }) };
  return {
    kind: "changed",
    consent: { ...consent, grant: { ...consent.grant, reconfirmation: next } },
    fact: { fact: "reconfirmation-due", reconfirmBy: dueAt, daysLeft: wholeDaysLeft(dueAt, at) },
  };
}

function lapse(consent: ValidConsent, { at }: Extract<Command, { type: "lapse" }>): Decision {
  const { reconfirmation } = consent.grant;
  if (reconfirmation === null || isBefore(at, reconfirmation.dueAt)) return { kind: "refused", refusal: "too-early" };
  return { kind: "changed", consent: { ...consent, status: "unconfirmed" }, fact: { fact: "paused", reason: "reconfirmation-missed" } };
}

/** The same consent goes on at the bank, which is not asked. */
function reconfirm(consent: ValidConsent | UnconfirmedConsent, at: Temporal.Instant): Decision {
  const { grant, reconfirmDays } = consent;
  if (!isBefore(at, grant.validUntil)) return { kind: "refused", refusal: "too-late" };
  const reconfirmation = reconfirmationAfter({ confirmedAt: at, days: reconfirmDays, validUntil: grant.validUntil });
  return {
    kind: "changed",
    consent: { ...baseOf(consent), status: "valid", grant: { ...grant, reconfirmation } },
    fact: { fact: "reconfirmed", reconfirmBy: reconfirmation?.dueAt ?? null },
  };
}

function demandSca(consent: ValidConsent | UnconfirmedConsent): Decision {
  return { kind: "changed", consent: { ...baseOf(consent), status: "scaRequired", grant: consent.grant }, fact: { fact: "paused", reason: "sca-required" } };
}

function baseOf({ consentId, psuId, aspspId, createdAt, requestedValidUntil, replaces, reconfirmDays }: Consent): ConsentBase {
  return { consentId, psuId, aspspId, createdAt, requestedValidUntil, replaces, reconfirmDays };
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return isBefore(a, b) ? a : b;
}
