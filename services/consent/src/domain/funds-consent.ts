/** The permission to ask one account whether it holds an amount, as a state machine. */
import { refusedReason } from "./authorisation.ts";
import type { Actor } from "./consent.ts";
import { nextWarningAt } from "./validity.ts";

interface FundsBase {
  readonly fundsConsentId: string;
  readonly psuId: string;
  readonly aspspId: string;
  /** Null until the person has chosen the account at the bank. */
  readonly iban: string | null;
  readonly createdAt: Temporal.Instant;
  /** When the person said yes; null: not yet, or never. */
  readonly authorisedAt: Temporal.Instant | null;
  readonly validUntil: Temporal.Instant;
  /** The older permission for the same account that this one takes over from; until it is given, the one that it was begun to renew. */
  readonly replaces: string | null;
  /** When the person is next told that the end is near; null before it is given and after the last time. */
  readonly nextWarningAt: Temporal.Instant | null;
  /** When they were told, oldest first. */
  readonly warnedAt: readonly Temporal.Instant[];
}
export type FundsConsent =
  | (FundsBase & { readonly status: "received" | "valid" })
  | (FundsBase & {
      readonly status: "rejected" | "revokedByPsu" | "terminatedByTpp" | "expired";
      readonly endedAt: Temporal.Instant;
      readonly reason: string | null;
      readonly replacedBy: string | null;
    });

export type FundsCommand =
  /** `replaces`: the older one whose place it takes, as `replacedByRenewal` says. */
  | {
      readonly type: "authorise";
      readonly at: Temporal.Instant;
      readonly validUntil: Temporal.Instant;
      readonly iban: string | null;
      readonly replaces: string | null;
    }
  | { readonly type: "reject"; readonly at: Temporal.Instant; readonly reason: string }
  | { readonly type: "revoke"; readonly at: Temporal.Instant; readonly by: Exclude<Actor, "aspsp"> }
  /** It is gone: the bank says so, or we have lost the way in. */
  | { readonly type: "lose"; readonly at: Temporal.Instant; readonly by: Exclude<Actor, "psu">; readonly code: string }
  /** The end comes near. */
  | { readonly type: "warn"; readonly at: Temporal.Instant }
  | { readonly type: "replace"; readonly at: Temporal.Instant; readonly successor: string }
  | { readonly type: "expire"; readonly at: Temporal.Instant };

export type FundsDecision =
  | { readonly kind: "changed"; readonly consent: FundsConsent }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly refusal: "already-authorised" | "not-authorised" | "ended" | "too-early" | "too-late" };

/** The one way such a permission changes. Pure; `at` is part of the command. */
export function decideFunds(consent: FundsConsent, command: FundsCommand): FundsDecision {
  if (consent.status !== "received" && consent.status !== "valid")
    return ["authorise", "reject", "warn"].includes(command.type) ? { kind: "refused", refusal: "ended" } : { kind: "unchanged" };
  const { at } = command;
  switch (command.type) {
    case "authorise": {
      if (consent.status === "valid") return { kind: "refused", refusal: "already-authorised" };
      const validUntil = Temporal.Instant.compare(command.validUntil, consent.validUntil) < 0 ? command.validUntil : consent.validUntil;
      if (Temporal.Instant.compare(at, validUntil) >= 0) return { kind: "refused", refusal: "too-late" };
      const warning = nextWarningAt({ from: at, validUntil, after: at });
      return {
        kind: "changed",
        consent: {
          ...consent,
          status: "valid",
          authorisedAt: at,
          validUntil,
          iban: command.iban ?? consent.iban,
          replaces: command.replaces,
          nextWarningAt: warning,
        },
      };
    }
    case "reject":
      if (consent.status === "valid") return { kind: "refused", refusal: "already-authorised" };
      return { kind: "changed", consent: { ...consent, status: "rejected", endedAt: at, reason: command.reason, replacedBy: null } };
    case "revoke":
      return {
        kind: "changed",
        consent: { ...consent, status: command.by === "psu" ? "revokedByPsu" : "terminatedByTpp", endedAt: at, reason: null, replacedBy: null },
      };
    case "lose": {
      const over = { ...consent, endedAt: at, reason: command.code, replacedBy: null };
      if (consent.status === "received") return { kind: "changed", consent: { ...over, status: "rejected" } };
      return { kind: "changed", consent: { ...over, status: command.by === "aspsp" ? "revokedByPsu" : "terminatedByTpp" } };
    }
    case "warn": {
      if (consent.status === "received") return { kind: "refused", refusal: "not-authorised" };
      const { validUntil, authorisedAt, createdAt, warnedAt } = consent;
      if (Temporal.Instant.compare(at, validUntil) >= 0) return { kind: "refused", refusal: "too-late" };
      if (consent.nextWarningAt === null) return { kind: "unchanged" };
      if (Temporal.Instant.compare(at, consent.nextWarningAt) < 0) return { kind: "refused", refusal: "too-early" };
      const next = nextWarningAt({ from: authorisedAt ?? createdAt, validUntil, after: at });
      return { kind: "changed", consent: { ...consent, nextWarningAt: next, warnedAt: [...warnedAt, at] } };
    }
    case "replace":
      if (consent.status === "received") return { kind: "refused", refusal: "not-authorised" };
      return { kind: "changed", consent: { ...consent, status: "revokedByPsu", endedAt: at, reason: null, replacedBy: command.successor } };
    case "expire":
      if (consent.status === "received") return { kind: "refused", refusal: "not-authorised" };
      if (Temporal.Instant.compare(at, consent.validUntil) < 0) return { kind: "refused", refusal: "too-early" };
      return { kind: "changed", consent: { ...consent, status: "expired", endedAt: at, reason: null, replacedBy: null } };
  }
}

/** Whether a renewal takes its place, or that of the one which has taken it: it stands, has run out, or was renewed before. */
export function mayBeRenewed(consent: FundsConsent): boolean {
  return consent.status === "valid" || consent.status === "expired" || ("replacedBy" in consent && consent.replacedBy !== null);
}

/**
 * Whose place a renewal takes, of all that its person has: of the one it was begun for or, where that was renewed meanwhile, of the newest in its
 * line. Null where the bank did not say that it granted the same account: then both stand.
 */
export function replacedByRenewal({ replaces }: Pick<FundsConsent, "replaces">, grantedIban: string | null, all: readonly FundsConsent[]): string | null {
  const find = (id: string | null) => all.find(({ fundsConsentId }) => fundsConsentId === id);
  let old = find(replaces);
  for (let next = old; next !== undefined; next = "replacedBy" in next ? find(next.replacedBy) : undefined) old = next;
  return old !== undefined && grantedIban !== null && old.iban === grantedIban ? old.fundsConsentId : null;
}

export interface FundsHistoryEntry {
  readonly at: Temporal.Instant;
  readonly what: "created" | "authorised" | "rejected" | "revoked" | "lost" | "replaced" | "expiring" | "expired";
  readonly by: Actor;
  readonly reason: string | null;
}

/** What happened to it, oldest first: it begins, is given or not, comes near its end, and ends. Its state says all of it. */
export function fundsHistory(consent: FundsConsent): readonly FundsHistoryEntry[] {
  const { createdAt, authorisedAt, warnedAt } = consent;
  const begun: FundsHistoryEntry = { at: createdAt, what: "created", by: "psu", reason: null };
  const given: FundsHistoryEntry[] = authorisedAt === null ? [] : [{ at: authorisedAt, what: "authorised", by: "psu", reason: null }];
  const warned: FundsHistoryEntry[] = warnedAt.map((at) => ({ at, what: "expiring", by: "tpp", reason: null }));
  return [begun, ...given, ...warned, ...endOf(consent)];
}

/** Whoever withdraws or renews gives no reason; of one that was lost, at the bank or here, it is kept. */
function endOf(consent: FundsConsent): readonly FundsHistoryEntry[] {
  switch (consent.status) {
    case "received":
    case "valid":
      return [];
    case "rejected":
      return [{ at: consent.endedAt, what: "rejected", by: whoRejected(consent.reason), reason: consent.reason }];
    case "revokedByPsu":
      if (consent.reason !== null) return [{ at: consent.endedAt, what: "lost", by: "aspsp", reason: consent.reason }];
      return [{ at: consent.endedAt, what: consent.replacedBy === null ? "revoked" : "replaced", by: "psu", reason: null }];
    case "terminatedByTpp":
      return [{ at: consent.endedAt, what: consent.reason === null ? "revoked" : "lost", by: "tpp", reason: consent.reason }];
    case "expired":
      return [{ at: consent.endedAt, what: "expired", by: "tpp", reason: null }];
  }
}

/** Its reason says it: the person's no, what the bank said or did not, or else us. */
function whoRejected(reason: string | null): Actor {
  if (reason === refusedReason) return "psu";
  return /^ERR_(?:AUTHORISATION_)?ASPSP_/.test(reason ?? "") ? "aspsp" : "tpp";
}
