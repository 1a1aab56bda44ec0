import { z } from "zod";
import { aspspId } from "./ids.ts";
import { signatureAlgorithm, softwareContact, tppRole } from "./registration.ts";

const webAddress = z.url({ protocol: /^https?$/ });
const origin = webAddress.refine((text) => URL.canParse(text) && new URL(text).origin === text, "an origin: scheme, host and port, no path and no final slash");

/** Who we are, to any bank. */
export const tppProfile = z.strictObject({
  name: z.string().min(1).max(64),
  country: z.string().regex(/^[A-Z]{2}$/, "two capital letters"),
  organisationName: z.string().min(1).max(200),
  roles: z.array(tppRole).min(1),
  contacts: z.array(softwareContact).min(1),
  software: z.strictObject({ name: z.string().min(1).max(200), uri: z.url({ protocol: /^https$/ }) }),
  /** Where people reach the product; each bank gets a redirect URI of its own below it. */
  publicOrigin: origin,
  /** Needed for certificates of our own (ETSI TS 119 495): `PSDFI-FINFSA-1234567-8`. */
  organizationIdentifier: z
    .string()
    .regex(/^PSD[A-Z]{2}-[A-Z]{2,8}-.+$/, "PSD, country, authority and number, as PSDFI-FINFSA-1234567-8")
    .optional(),
  /** The authority that licensed us, such as `FI-FINFSA`. */
  authority: z.strictObject({ id: z.string().regex(/^[A-Z]{2}-[A-Z]{2,8}$/), name: z.string().min(1).max(256) }).optional(),
});
export type TppDocumentProfile = z.infer<typeof tppProfile>;

/** The same as a person writes it: left out, people reach the product where the platform says. */
export const writtenTppProfile = tppProfile.partial({ publicOrigin: true });

/** What should be true at one bank. */
export const wantedBank = z.strictObject({
  aspsp: aspspId,
  state: z.enum(["registered", "absent"]).default("registered"),
  /** All of ours when left out. */
  roles: z.array(tppRole).min(1).optional(),
  /** `<publicOrigin>/connect/return/<aspsp>` when left out. */
  redirectUris: z.array(webAddress).min(1).max(20).optional(),
  algorithm: signatureAlgorithm.optional(),
  /** What to do when the bank's own records differ from this file. */
  onDrift: z.enum(["repair", "report"]).default("repair"),
  renewBeforeDays: z.number().positive().max(3650).optional(),
});
export type WantedBank = z.infer<typeof wantedBank>;

/** The desired state of a TPP. */
export const tppDocument = z.strictObject({
  version: z.literal(1),
  tpp: tppProfile,
  banks: z
    .array(wantedBank)
    .max(1000)
    .refine((banks) => new Set(banks.map(({ aspsp }) => aspsp)).size === banks.length, "each bank once"),
});
export type TppDocument = z.infer<typeof tppDocument>;

/** The same as `tpp.yaml` holds it. */
export const writtenTppDocument = tppDocument.extend({ tpp: writtenTppProfile });
export type WrittenTppDocument = z.infer<typeof writtenTppDocument>;

export const planDifference = z.object({ field: z.string(), from: z.string().nullable(), to: z.string().nullable() });
export type PlanDifference = z.infer<typeof planDifference>;

/** Why something is or is not to do: words that stay, for readers in any language. */
export const planReason = z.object({
  code: z.enum([
    "unnamed",
    "absent-as-wanted",
    "as-wanted",
    "not-wanted",
    "ends-when-answered",
    "stuck",
    "by-hand",
    "under-way",
    "tried",
    "terms-follow",
    "terms-differ",
    "unknown-bank",
    "takes-none",
    "outcome-unknown",
    "not-registered",
    "failed",
    "fruitless",
    "forgotten",
    "forgotten-told",
    "forgotten-at-last-look",
    "forgotten-and-begun-anew",
    "newer-own",
    "ends-soon",
    "drifted",
    "drifted-again",
    "drifted-told",
  ]),
  /** A step's name, a point in time, or what a bank answered; null where the code says it all. */
  detail: z.string().nullable(),
});
export type PlanReason = z.infer<typeof planReason>;

/** What there is to do at one bank. */
export const planAction = z.object({
  aspspId,
  /**
   * `register`, `update` (other terms wanted), `renew` (certificates), `end` (leave), `repair` (the bank's records drifted), `retry` (the last
   * attempt failed) are done by applying; `report` (drift that is only told) and `wait` (under way, or an operator's turn) are not.
   */
  action: z.enum(["register", "update", "renew", "end", "repair", "retry", "report", "wait", "none"]),
  why: z.array(planReason),
  /** The same in English sentences. */
  reason: z.string(),
  differences: z.array(planDifference),
});
export type PlanAction = z.infer<typeof planAction>;

export const plan = z.object({
  /** Digest of the document planned for. */
  documentHash: z.string(),
  actions: z.array(planAction),
  /** How many of them applying would do. */
  toDo: z.int(),
  /** Banks that were to be asked first and could not be, or not in time: of them the last look counts. */
  unasked: z.array(aspspId),
});
export type Plan = z.infer<typeof plan>;
