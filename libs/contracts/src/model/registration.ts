import { z } from "zod";
import { aspspId, isoInstant, uuid } from "./ids.ts";

export const tppRole = z.enum(["AIS", "PIS", "CBPII"]);
export type TppRole = z.infer<typeof tppRole>;

/** The public part of one of our certificates. */
export const certificate = z.object({
  certificateId: uuid,
  aspspId,
  purpose: z.enum(["qwac", "qsealc"]),
  kid: z.string(),
  algorithm: z.string(),
  subject: z.string(),
  organizationIdentifier: z.string().nullable(),
  roles: z.array(z.string()),
  notBefore: isoInstant,
  notAfter: isoInstant,
  /** SHA-256 over the DER bytes, base64url (RFC 8705 x5t#S256). */
  thumbprint: z.string(),
  /** Leaf first. */
  chainPem: z.array(z.string()),
  status: z.enum(["active", "spare", "superseded", "expired"]),
});
export type Certificate = z.infer<typeof certificate>;

/** The order of the registration saga. */
export const registrationStep = z.enum(["certificates", "software-statement", "registration-request", "submission", "validation", "activation"]);
export type RegistrationStep = z.infer<typeof registrationStep>;

/** What the bank answered to the registration, without its secrets (RFC 7591 section 3.2.1). */
export const clientInformation = z.object({
  clientId: z.string(),
  clientIdIssuedAt: isoInstant.nullable(),
  clientSecretExpiresAt: isoInstant.nullable(),
  clientName: z.string().nullable(),
  redirectUris: z.array(z.string()),
  grantTypes: z.array(z.string()),
  softwareId: z.string().nullable(),
  scope: z.string().nullable(),
  jwksEndpoint: z.string().nullable(),
  softwareRoles: z.array(z.string()),
});
export type ClientInformation = z.infer<typeof clientInformation>;

export const registration = z.object({
  registrationId: uuid,
  aspspId,
  status: z.enum(["running", "completed", "failed"]),
  /** The step that is next, or the last one. */
  step: registrationStep,
  startedAt: isoInstant,
  completedAt: isoInstant.nullable(),
  lastError: z.object({ code: z.string(), message: z.string(), at: isoInstant }).nullable(),
  steps: z.array(
    z.object({
      step: registrationStep,
      status: z.enum(["pending", "done", "failed"]),
      finishedAt: isoInstant.nullable(),
      durationMs: z.int().nullable(),
      /** What the step produced, secrets left out. */
      artefact: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});
export type Registration = z.infer<typeof registration>;
