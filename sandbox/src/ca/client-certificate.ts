import { X509Certificate } from "node:crypto";
import { qcStatementsOid, rolesInQcStatements, type TppRole } from "./psd2-statement.ts";
import { readQcStatements } from "./qc-statements.ts";
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
  const types = statements === null ? [] : (readQcStatements(Buffer.from(statements.value))?.types ?? []);
  return {
    thumbprint: new X509Certificate(der).fingerprint256.replaceAll(":", "").toLowerCase(),
    organizationIdentifier: certificate.subjectName.getField("2.5.4.97")[0] ?? "",
    // Those of the generator say it by their unit, genuine ones by QcType.
    isQwac: certificate.subjectName.getField("OU").includes(qwacUnit) || types.includes("web"),
    roles: statements === null ? [] : rolesInQcStatements(Buffer.from(statements.value)),
  };
}
