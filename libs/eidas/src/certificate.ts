import "reflect-metadata";
import { createHash } from "node:crypto";
import { isOplError } from "@opl/errors";
import * as x509 from "@peculiar/x509";
import { certificateDer, certificatePem } from "./encoding.ts";
import { errors } from "./errors.ts";
import { oids } from "./oids.ts";
import type { QcType } from "./oids.ts";
import { readQcStatements } from "./qc-statements.ts";
import type { Psd2Statement } from "./qc-statements.ts";

/** What a certificate of PSD2 says, in words; nothing here is checked, see `buildChain`. */
export interface EidasCertificate {
  /** RFC 2253 text. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | undefined;
  readonly country: string | undefined;
  readonly organizationalUnits: readonly string[];
  /** OID 2.5.4.97, such as `PSDFI-FINFSA-0751699-0`. */
  readonly organizationIdentifier: string | undefined;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  readonly notBefore: Temporal.Instant;
  readonly notAfter: Temporal.Instant;
  /** Hash of the signature on it, such as `SHA-256`; absent for algorithms without one. */
  readonly signatureHash: string | undefined;
  readonly isCa: boolean;
  readonly keyUsage: readonly KeyUsage[];
  /** Object identifiers; empty when the extension is absent. */
  readonly extendedKeyUsage: readonly string[];
  readonly isQualified: boolean;
  readonly qcTypes: readonly QcType[];
  readonly psd2: Psd2Statement | undefined;
  /** SHA-256 over the DER bytes, base64url: the `x5t#S256` of RFC 7515 and RFC 8705. */
  readonly thumbprint: string;
  readonly der: Buffer;
  readonly pem: string;
}

const keyUsages = {
  digitalSignature: x509.KeyUsageFlags.digitalSignature,
  nonRepudiation: x509.KeyUsageFlags.nonRepudiation,
  keyEncipherment: x509.KeyUsageFlags.keyEncipherment,
  dataEncipherment: x509.KeyUsageFlags.dataEncipherment,
  keyAgreement: x509.KeyUsageFlags.keyAgreement,
  keyCertSign: x509.KeyUsageFlags.keyCertSign,
  cRLSign: x509.KeyUsageFlags.cRLSign,
} as const;
export type KeyUsage = keyof typeof keyUsages;

/** Reads a certificate given as PEM, base64 DER or DER bytes. @throws ERR_CERTIFICATE_UNREADABLE */
export function parseCertificate(input: string | Uint8Array): EidasCertificate {
  const der = typeof input === "string" ? certificateDer(input) : Buffer.from(input);
  try {
    return describe(der, new x509.X509Certificate(new Uint8Array(der)));
  } catch (error) {
    // The library decodes names and extensions when they are asked for, and throws errors of its own then too.
    throw isOplError(error) ? error : errors.ERR_CERTIFICATE_UNREADABLE({ cause: error });
  }
}

function describe(der: Buffer, parsed: x509.X509Certificate): EidasCertificate {
  const statements = parsed.getExtension(oids.qcStatements);
  const qc = statements === null ? undefined : readQcStatements(new Uint8Array(statements.value));
  const usage = parsed.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const subject = parsed.subjectName;
  return {
    subject: parsed.subject,
    issuer: parsed.issuer,
    commonName: subject.getField("CN")[0],
    country: subject.getField("C")[0],
    organizationalUnits: subject.getField("OU"),
    organizationIdentifier: subject.getField(oids.organizationIdentifier)[0],
    serialNumber: parsed.serialNumber.toLowerCase(),
    notBefore: toInstant(parsed.notBefore),
    notAfter: toInstant(parsed.notAfter),
    signatureHash: hashName(parsed.signatureAlgorithm),
    isCa: parsed.getExtension(x509.BasicConstraintsExtension)?.ca ?? false,
    keyUsage: usageNames(usage),
    extendedKeyUsage: (parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? []).map(String),
    isQualified: qc?.isQualified ?? false,
    qcTypes: qc?.types ?? [],
    psd2: qc?.psd2,
    thumbprint: createHash("sha256").update(der).digest("base64url"),
    der,
    pem: certificatePem(der),
  };
}

/** The extension that names these usages; critical (RFC 5280 4.2.1.3). */
export function keyUsageExtension(names: readonly KeyUsage[]): x509.KeyUsagesExtension {
  const bits = names.reduce((sum, name) => sum | keyUsages[name], 0);
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags add up to what has no name
  return new x509.KeyUsagesExtension(bits, true);
}

/** Names of the bits that are set. */
export function usageNames(bits: number): KeyUsage[] {
  return (Object.keys(keyUsages) as KeyUsage[]).filter((name) => (bits & keyUsages[name]) !== 0);
}

function hashName({ name, hash }: { readonly name?: string; readonly hash?: string | { readonly name: string } }): string | undefined {
  if (name === oids.md5WithRsa) return "MD5";
  return typeof hash === "object" ? hash.name : hash;
}

function toInstant(date: Date): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime());
}
