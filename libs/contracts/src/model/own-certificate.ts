import { z } from "zod";
import { isoInstant, uuid } from "./ids.ts";
import { signatureAlgorithm, tppRole } from "./registration.ts";

export const certificatePurpose = z.enum(["qwac", "qsealc"]);
export type CertificatePurpose = z.infer<typeof certificatePurpose>;
export const keyType = z.enum(["rsa", "ec"]);
export type KeyType = z.infer<typeof keyType>;

/** Something wrong with a certificate: a stable reason and one sentence about it. */
export const certificateProblem = z.object({
  reason: z.string(),
  message: z.string(),
  /** True where the certificate must not be used. */
  refused: z.boolean(),
});
export type CertificateProblem = z.infer<typeof certificateProblem>;

/** Whom a certificate request names (ETSI TS 119 495). */
export const certificateSubject = z.strictObject({
  commonName: z.string().min(1).max(64),
  organisationName: z.string().min(1).max(64),
  country: z.string().regex(/^[A-Z]{2}$/),
  /** `PSD`, country, `-`, authority, `-`, number. */
  organizationIdentifier: z.string().min(1).max(128),
  authority: z.strictObject({ id: z.string().min(1).max(20), name: z.string().min(1).max(256) }),
  roles: z.array(tppRole).min(1),
});
export type CertificateSubject = z.infer<typeof certificateSubject>;

/** A certificate of our own, from a qualified trust service provider; the key is in the gateway. */
export const ownCertificate = z.object({
  certificateId: uuid,
  purpose: certificatePurpose,
  keyType,
  /** `requested`: the certificate is awaited. `ready`: may be used. `retired`: another one took its place, or it was given up. */
  status: z.enum(["requested", "ready", "retired"]),
  createdAt: isoInstant,
  retiredAt: isoInstant.nullable(),
  /** PKCS#10, for the provider; null for a certificate that was brought along. */
  csrPem: z.string().nullable(),
  /** Why the provider refused the request: it is not sent again by itself. Absent while it did not. */
  refusal: z.string().optional(),
  /** All null until it is issued. */
  issued: z
    .object({
      kid: z.string(),
      algorithm: signatureAlgorithm,
      subject: z.string(),
      issuer: z.string(),
      serialNumber: z.string(),
      organizationIdentifier: z.string().nullable(),
      authorityId: z.string().nullable(),
      roles: z.array(z.string()),
      notBefore: isoInstant,
      notAfter: isoInstant,
      thumbprint: z.string(),
      /** Leaf first. */
      chainPem: z.array(z.string()),
      problems: z.array(certificateProblem),
    })
    .nullable(),
});
export type OwnCertificate = z.infer<typeof ownCertificate>;
