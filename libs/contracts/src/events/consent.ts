import { z } from "zod";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { defineEvent } from "./define.ts";

const about = { consentId: uuid, psuId: uuid, aspspId };
const base = { version: 1, owner: "consent", aggregate: "consent", psu: true } as const;

export const consentCreated = defineEvent({
  ...base,
  type: "consent.created",
  consumers: [],
  summary: "A person began to connect a bank; nothing may be read yet.",
  data: z.object({ ...about, requestedValidUntil: isoInstant, replaces: uuid.nullable() }),
});
export const consentAuthorised = defineEvent({
  ...base,
  type: "consent.authorised",
  consumers: ["ingest", "bff"],
  summary: "The person allowed reading at the bank.",
  data: z.object({ ...about, scope: z.array(z.string()), authorisedAt: isoInstant, validUntil: isoInstant, replaces: uuid.nullable() }),
});
export const consentRejected = defineEvent({
  ...base,
  type: "consent.rejected",
  consumers: ["bff"],
  summary: "The person or the bank said no, or the attempt failed a check.",
  data: z.object({ ...about, reason: z.string() }),
});
export const consentExpiring = defineEvent({
  ...base,
  type: "consent.expiring",
  consumers: ["bff"],
  summary: "The consent ends soon.",
  data: z.object({ ...about, validUntil: isoInstant, daysLeft: z.int() }),
});
export const consentExpired = defineEvent({
  ...base,
  type: "consent.expired",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "The consent's time is over.",
  data: z.object({ ...about, validUntil: isoInstant }),
});
export const consentRevoked = defineEvent({
  ...base,
  type: "consent.revoked",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "The consent was withdrawn; nothing may be read any more.",
  data: z.object({ ...about, by: z.enum(["psu", "tpp", "aspsp"]), keepData: z.boolean(), revokedAt: isoInstant }),
});
export const consentReplaced = defineEvent({
  ...base,
  type: "consent.replaced",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "A newer consent at the same bank took over.",
  data: z.object({ ...about, successor: uuid }),
});
export const consentReconfirmationDue = defineEvent({
  ...base,
  type: "consent.reconfirmation-due",
  consumers: ["bff"],
  summary: "The person has to confirm the consent soon, or reading stops.",
  data: z.object({ ...about, reconfirmBy: isoInstant, daysLeft: z.int() }),
});
export const consentReconfirmed = defineEvent({
  ...base,
  type: "consent.reconfirmed",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "The person confirmed that reading may go on; one that had stopped begins again.",
  /** `reconfirmBy` is the next time; null when the consent ends before. */
  data: z.object({ ...about, reconfirmedAt: isoInstant, reconfirmBy: isoInstant.nullable() }),
});
export const consentPaused = defineEvent({
  ...base,
  type: "consent.paused",
  consumers: ["ingest", "bff"],
  summary: "The consent stands, but nothing is read until the person has confirmed it here, or renewed it at the bank.",
  data: z.object({ ...about, reason: z.enum(["reconfirmation-missed", "sca-required"]), pausedAt: isoInstant }),
});
