import type { CertificateSubject } from "@opl/contracts/model";
import type { TestGateway } from "./gateway.ts";

/** As whom our own certificates are requested. */
export const subject: CertificateSubject = {
  commonName: "ledger.example",
  organisationName: "Example Ledger Oy",
  country: "FI",
  organizationIdentifier: "PSDFI-FINFSA-1234567-8",
  authority: { id: "FI-FINFSA", name: "Finnish Financial Supervisory Authority" },
  roles: ["AIS", "PIS", "CBPII"],
};

/** A QWAC and a QSealC from the connected trust service provider. */
export async function requestPair({ as }: Pick<TestGateway, "as">, keyType: "rsa" | "ec" = "rsa") {
  const request = (purpose: "qwac" | "qsealc") => as["tpp-registry"].requestCertificate({ body: { purpose, keyType, subject } });
  return { qwac: await request("qwac"), qsealc: await request("qsealc") };
}
