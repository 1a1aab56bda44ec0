import { KeyObject, webcrypto } from "node:crypto";
import type { CertificateSubject } from "@opl/contracts/model";
// First: it brings what the certificate library needs to be there.
import { createCertificateRequest } from "@opl/eidas";
import * as x509 from "@peculiar/x509";
import { insertOwnCertificate, neverSent } from "../src/db/own-certificate-store.ts";
import { sealOwnKey } from "../src/usecases/own-certificate.ts";
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

/** A request that is made outside the gateway. */
export function requestOf(purpose: "qwac" | "qsealc") {
  return {
    purpose,
    subject: { country: "FI", organization: "Example Ledger Oy", commonName: "ledger.example", organizationIdentifier: subject.organizationIdentifier },
    psd2: { roles: ["PSP_AI"], ncaName: subject.authority.name, ncaId: subject.authority.id },
  } as const;
}

export interface Certified {
  readonly purpose: "qwac" | "qsealc";
  readonly privateKey: KeyObject;
  readonly chainPem: readonly string[];
}

const [dates, hour] = [(from: number, to: number) => ({ notBefore: new Date(from), notAfter: new Date(to) }), 3_600_000];

/** A provider that certifies what no good one would. */
export async function anyProvider() {
  const ecdsa = (namedCurve: string) => ({ name: "ECDSA", namedCurve, hash: "SHA-256" });
  const makeKeys = (namedCurve: string) => webcrypto.subtle.generateKey(ecdsa(namedCurve), true, ["sign", "verify"]);
  const now = Date.now();
  const [name, keys, life] = ["CN=Any Provider, C=FI", await makeKeys("P-256"), dates(now - hour, now + 365 * 24 * hour)];
  const extensions = [new x509.BasicConstraintsExtension(true)];
  const root = await x509.X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: ecdsa("P-256"), extensions, ...life });
  return {
    rootPem: pemOf(root),
    async certify(purpose: "qwac" | "qsealc", { curve = "P-256", itself = false }: { curve?: "P-256" | "P-384"; itself?: boolean } = {}): Promise<Certified> {
      const { csrPem } = await createCertificateRequest({ ...requestOf(purpose), key: "p-256" });
      const request = new x509.Pkcs10CertificateRequest(csrPem);
      const own = await makeKeys(curve);
      const leaf = await x509.X509CertificateGenerator.create({
        subject: request.subject,
        issuer: itself ? request.subject : name,
        publicKey: own.publicKey,
        signingKey: (itself ? own : keys).privateKey,
        signingAlgorithm: ecdsa("P-256"),
        extensions: request.extensions,
        ...life,
      });
      return { purpose, privateKey: KeyObject.from(own.privateKey), chainPem: itself ? [pemOf(leaf)] : [pemOf(leaf), pemOf(root)] };
    },
  };
}

/** Puts a certificate in as it is, past every check. */
export async function plant({ app: { context } }: Pick<TestGateway, "app">, { purpose, privateKey, chainPem }: Certified): Promise<void> {
  const { db, vault, clock } = context;
  const certificateId = context.newId();
  const sealed = await sealOwnKey(vault, certificateId, privateKey);
  await insertOwnCertificate(db, {
    certificateId,
    purpose,
    keyType: privateKey.asymmetricKeyType === "rsa" ? "rsa" : "ec",
    csrPem: null,
    chainPem,
    createdAt: clock.now(),
    retiredAt: null,
    ...neverSent,
    ...sealed,
  });
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}
