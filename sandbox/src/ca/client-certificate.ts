import { X509Certificate } from "node:crypto";
import { qcStatementsOid, rolesInQcStatements, type TppRole } from "./psd2-statement.ts";
import { qwacUnit } from "./tpp-certificates.ts";
import { x509 } from "./x509.ts";

/** What the bank reads from the certificate of a third party. */
export interface TppCertificate {
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly thumbprint: string;
  readonly organizationIdentifier: string;
  readonly isQwac: boolean;
  readonly roles: readonly TppRole[];
}

export function readTppCertificate(der: Buffer): TppCertificate {
  const certificate = new x509.X509Certificate(der);
  const statements = certificate.getExtension(qcStatementsOid);
  return {
    thumbprint: new X509Certificate(der).fingerprint256.replaceAll(":", "").toLowerCase(),
    organizationIdentifier: certificate.subjectName.getField("2.5.4.97")[0] ?? "",
    isQwac: certificate.subjectName.getField("OU").includes(qwacUnit),
    roles: statements === null ? [] : rolesInQcStatements(Buffer.from(statements.value)),
  };
}
