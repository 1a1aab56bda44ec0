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
  /** By OID, as `PSP_AI`. */
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

/**
 * How a bank gets to know us: by OP's own flow; by dynamic client registration (RFC 7591, UK Open Banking); by our certificate alone,
 * as most Berlin Group banks do; by hand, with credentials that an operator types in.
 */
export const registrationScheme = z.enum(["op", "dcr", "certificate", "manual"]);
export type RegistrationScheme = z.infer<typeof registrationScheme>;

/** Every step a registration saga may have, in order; which of them a scheme needs is the registry's rule. */
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

/** Signature algorithms a bank may be asked to accept from us. */
export const signatureAlgorithm = z.enum(["RS256", "PS256", "ES256"]);
export type SignatureAlgorithm = z.infer<typeof signatureAlgorithm>;

export const softwareContact = z.strictObject({ name: z.string().min(1), email: z.email(), phone: z.string(), type: z.string() });

/** What we ask of one bank: fixed when a registration begins, compared with what is wanted later. */
export const registrationTerms = z.strictObject({
  clientName: z.string().min(1),
  clientUri: z.url(),
  organisationName: z.string().min(1),
  contacts: z.array(softwareContact).min(1),
  redirectUris: z.array(z.url()).min(1),
  roles: z.array(tppRole).min(1),
  /** API scopes, one to a role; each is proved by a token call where the scheme has tokens. */
  scopes: z.array(z.string()).min(1),
  /** Null leaves it to what the bank prefers. */
  algorithm: signatureAlgorithm.nullable(),
});
export type RegistrationTerms = z.infer<typeof registrationTerms>;

export const registration = z.object({
  registrationId: uuid,
  aspspId,
  scheme: registrationScheme,
  /** The registration this one is to take over from. */
  replaces: uuid.nullable(),
  /** `ended`: we left the bank, or it forgot us. */
  status: z.enum(["running", "completed", "failed", "ended"]),
  /** The step that is next, or the last one. */
  step: registrationStep,
  startedAt: isoInstant,
  completedAt: isoInstant.nullable(),
  /** Where the bank is to send people back to. */
  redirectUris: z.array(z.url()),
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
