import { z } from "zod";
import { aspspId, isoInstant, uuid } from "./ids.ts";

/** The words of the Berlin Group. */
export const consentStatus = z.enum(["received", "partiallyAuthorised", "valid", "rejected", "revokedByPsu", "expired", "terminatedByTpp", "replaced"]);
export type ConsentStatus = z.infer<typeof consentStatus>;

export const scaStatus = z.enum(["received", "started", "finalised", "failed"]);
export type ScaStatus = z.infer<typeof scaStatus>;

export const consentHistoryEntry = z.object({
  at: isoInstant,
  what: z.enum(["created", "authorised", "rejected", "expiring", "expired", "revoked", "replaced", "lost"]),
  by: z.enum(["psu", "tpp", "aspsp"]),
  /** A stable reason code where there is one. */
  reason: z.string().nullable(),
});

export const consent = z.object({
  consentId: uuid,
  psuId: uuid,
  aspspId,
  status: consentStatus,
  createdAt: isoInstant,
  authorisedAt: isoInstant.nullable(),
  validUntil: isoInstant,
  endedAt: isoInstant.nullable(),
  replacedBy: uuid.nullable(),
  history: z.array(consentHistoryEntry),
});
export type Consent = z.infer<typeof consent>;

/** What a person types to say who they are at a bank that asks them in its app. */
export const loginHint = z.string().trim().min(1).max(200);
