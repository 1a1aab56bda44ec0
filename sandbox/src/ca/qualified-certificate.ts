import { X509Certificate } from "node:crypto";
import type { TppCertificate } from "./client-certificate.ts";
import { qcStatementsOid } from "./psd2-statement.ts";
import { readQcStatements, type QcStatements } from "./qc-statements.ts";
import { x509 } from "./x509.ts";

/** A certificate of a third party, read as the banks beside OP and the directory read it. */
export interface QualifiedCertificate extends Pick<TppCertificate, "thumbprint" | "organizationIdentifier"> {
  readonly x509: X509Certificate;
  /** Relative distinguished names in the order of the certificate. */
  readonly subject: readonly { readonly oid: string; readonly value: string }[];
  readonly statements: QcStatements | undefined;
  readonly extendedKeyUsages: readonly string[];
  readonly notAfter: Temporal.Instant;
}

export const clientAuthentication = "1.3.6.1.5.5.7.3.2";
const organizationIdentifierOid = "2.5.4.97";

/** Reads DER or PEM; throws where it is no certificate. */
export function readQualifiedCertificate(bytes: Buffer | string): QualifiedCertificate {
  const native = new X509Certificate(bytes);
  const certificate = new x509.X509Certificate(native.raw);
  const statements = certificate.getExtension(qcStatementsOid);
  const subject = subjectOf(certificate);
  return {
    x509: native,
    subject,
    thumbprint: native.fingerprint256.replaceAll(":", "").toLowerCase(),
    organizationIdentifier: subject.find((each) => each.oid === organizationIdentifierOid)?.value ?? "",
    statements: statements === null ? undefined : readQcStatements(Buffer.from(statements.value)),
    extendedKeyUsages: certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String) ?? [],
    notAfter: Temporal.Instant.fromEpochMilliseconds(certificate.notAfter.getTime()),
  };
}

/** Whether it may open connections: a website certificate for client authentication. */
export function isQwac({ statements, extendedKeyUsages }: QualifiedCertificate): boolean {
  return statements?.types.includes("web") === true && extendedKeyUsages.includes(clientAuthentication);
}

/** The thumbprint as tokens name it: `x5t#S256` (RFC 8705). */
export function x5tOf({ thumbprint }: Pick<QualifiedCertificate, "thumbprint">): string {
  return Buffer.from(thumbprint, "hex").toString("base64url");
}

function subjectOf(certificate: x509.X509Certificate): { oid: string; value: string }[] {
  return certificate.subjectName
    .toJSON()
    .flatMap((rdn) => Object.entries(rdn).flatMap(([type, values]) => values.map((value) => ({ oid: oidOfShortName[type] ?? type, value }))));
}

/** The short names that the library writes. */
const oidOfShortName: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  SN: "2.5.4.4",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  T: "2.5.4.12",
  C: "2.5.4.6",
  G: "2.5.4.42",
  I: "2.5.4.43",
  E: "1.2.840.113549.1.9.1",
  DC: "0.9.2342.19200300.100.1.25",
};
