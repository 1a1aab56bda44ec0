import "reflect-metadata";
import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { CertificatePurpose } from "../classify.ts";
import { oids } from "../oids.ts";
import type { QcType } from "../oids.ts";
import type { Psd2Statement } from "../qc-statements.ts";
import { extendedKeyUsage, keyUsage, makeCertificate, makeRevocationList, qcStatements } from "./make-certificate.ts";
import type { ListOptions } from "./make-certificate.ts";

export { extension, keyUsage, makeCertificate } from "./make-certificate.ts";

/** What is other than a good certificate has it. */
interface Deviations {
  readonly keyType?: "rsa" | "ec";
  /** To certify a key once more. */
  readonly privateKey?: KeyObject;
  readonly organizationIdentifier?: string | null;
  /** Null: the certificate has no such statement. */
  readonly psd2?: Psd2Statement | null;
  /** Of the QcType; null: it names none. */
  readonly qcType?: QcType | null;
  readonly isQualified?: boolean;
  readonly dnsNames?: readonly string[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly hash?: "SHA-1" | "SHA-256";
}

interface QtspOptions {
  readonly name?: string;
  readonly intermediateHash?: "SHA-1";
  /** Of root and intermediate. */
  readonly notAfter?: string;
}

interface QtspCertificate {
  readonly purpose: CertificatePurpose;
  readonly privateKey: KeyObject;
  /** The leaf, then the intermediate that issued it, as a provider delivers them. */
  readonly chainPem: readonly [leaf: string, intermediate: string];
}

const psd2: Psd2Statement = { roles: ["PSP_AI", "PSP_PI", "PSP_IC"], ncaName: "Finnish Financial Supervisory Authority", ncaId: "FI-FINFSA" };
const typeOf = { qwac: "web", qsealc: "eseal" } as const;

/**
 * A trust service provider with root and intermediate, whose certificates have the shape of production (ETSI EN 319 412-3 and -4,
 * TS 119 495), but for what a test asks to be otherwise.
 */
export async function makeQtsp({ name = "Example Trust", intermediateHash, notAfter = "2046-01-01T00:00:00Z" }: QtspOptions = {}) {
  const authority = { ca: true, extensions: [keyUsage("keyCertSign", "cRLSign")], notBefore: "2020-01-01T00:00:00Z", notAfter };
  const root = await makeCertificate(`C=FI, O=${name} Oy, CN=${name} Root CA`, undefined, { ...authority, privateKey: newKey("rsa") });
  const intermediate = await makeCertificate(`C=FI, O=${name} Oy, CN=${name} Qualified CA`, root, {
    ...authority,
    privateKey: newKey("rsa"),
    ...(intermediateHash === undefined ? {} : { hash: intermediateHash }),
  });
  let serial = 0;
  return {
    rootPem: root.pem,
    intermediatePem: intermediate.pem,
    /** DER of a list of what the intermediate, or the root, revoked. */
    revocationList: (options: ListOptions, by: "intermediate" | "root" = "intermediate"): Promise<Buffer> =>
      makeRevocationList(by === "root" ? root : intermediate, options),
    async certify(purpose: CertificatePurpose, deviations: Deviations = {}): Promise<QtspCertificate> {
      const { keyType = "rsa", organizationIdentifier = "PSDFI-FINFSA-1234567-8", dnsNames = [], notBefore, notAfter, hash } = deviations;
      const privateKey = deviations.privateKey ?? newKey(keyType);
      const subject = ["C=FI", "O=Example Ledger Oy", ...(organizationIdentifier === null ? [] : [`2.5.4.97=${organizationIdentifier}`]), "CN=ledger.example"];
      const leaf = await makeCertificate(subject.join(", "), intermediate, {
        privateKey,
        serialNumber: (0x4000_0000 + (serial += 1)).toString(16),
        notBefore: notBefore ?? "2026-01-01T00:00:00Z",
        notAfter: notAfter ?? "2036-01-01T00:00:00Z",
        ...(hash === undefined ? {} : { hash }),
        extensions: [
          ...usages(purpose, keyType),
          ...(dnsNames.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns", value })))]),
          statements(purpose, deviations),
        ],
      });
      return { purpose, privateKey, chainPem: [leaf.pem, intermediate.pem] };
    },
  };
}

/** RFC 8813: only RSA keys encipher others. */
function usages(purpose: CertificatePurpose, keyType: "rsa" | "ec"): x509.Extension[] {
  if (purpose === "qsealc") return [keyUsage("nonRepudiation")];
  const encipher = keyType === "rsa" ? (["keyEncipherment"] as const) : [];
  return [keyUsage("digitalSignature", ...encipher), extendedKeyUsage(oids.serverAuth, oids.clientAuth)];
}

function statements(purpose: CertificatePurpose, { qcType = typeOf[purpose], isQualified = true, psd2: statement = psd2 }: Deviations): x509.Extension {
  return qcStatements({ isQualified, types: qcType === null ? [] : [qcType], psd2: statement ?? undefined });
}

function newKey(type: "rsa" | "ec"): KeyObject {
  return (type === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "P-256" })).privateKey;
}
