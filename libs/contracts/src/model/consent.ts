import { z } from "zod";
import { accountKind } from "./account.ts";
import { aspspId, isoInstant, uuid } from "./ids.ts";

/**
 * The words of the Berlin Group, and two of ours for a consent that stands while nothing is read: `unconfirmed` waits for the person
 * to confirm it here (UK), `scaRequired` for the person to visit the bank.
 */
export const consentStatus = z.enum([
  "received",
  "partiallyAuthorised",
  "valid",
  "unconfirmed",
  "scaRequired",
  "rejected",
  "revokedByPsu",
  "expired",
  "terminatedByTpp",
  "replaced",
]);
export type ConsentStatus = z.infer<typeof consentStatus>;

export const scaStatus = z.enum(["received", "started", "finalised", "failed"]);
export type ScaStatus = z.infer<typeof scaStatus>;

export const consentHistoryEntry = z.object({
  at: isoInstant,
  what: z.enum(["created", "authorised", "rejected", "expiring", "expired", "revoked", "replaced", "lost", "reconfirmation-due", "reconfirmed", "paused"]),
  by: z.enum(["psu", "tpp", "aspsp"]),
  /** A stable reason code where there is one. */
  reason: z.string().nullable(),
});

/** An account that a consent covers or covered, as far as the consent itself remembers it: no name, and of its number the end. */
export const coveredAccount = z.object({ accountId: uuid, kind: accountKind, maskedNumber: z.string().nullable() });
export type CoveredAccount = z.infer<typeof coveredAccount>;

export const consent = z.object({
  consentId: uuid,
  psuId: uuid,
  aspspId,
  status: consentStatus,
  createdAt: isoInstant,
  authorisedAt: isoInstant.nullable(),
  validUntil: isoInstant,
  /** Reading goes on after this only when the person has confirmed again; null where that is not asked before the end. */
  reconfirmBy: isoInstant.nullable(),
  endedAt: isoInstant.nullable(),
  replacedBy: uuid.nullable(),
  /** When it was last read by; kept beyond its end, like the accounts. Null: never, as far as is known. */
  lastUsedAt: isoInstant.nullable().default(null),
  accounts: z.array(coveredAccount).default([]),
  history: z.array(consentHistoryEntry),
});
export type Consent = z.infer<typeof consent>;

/** What a person types to say who they are at a bank that asks them in its app. */
export const loginHint = z.string().trim().min(1).max(200);
