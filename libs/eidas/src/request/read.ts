import "reflect-metadata";
import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { usageNames } from "../certificate.ts";
import type { KeyUsage } from "../certificate.ts";
import { errors } from "../errors.ts";
import { oids } from "../oids.ts";
import type { QcType } from "../oids.ts";
import { readQcStatements } from "../qc-statements.ts";
import type { Psd2Statement } from "../qc-statements.ts";
import type { RequestSubject } from "./input.ts";

/** What a request asks for, as it is written; its signature was checked. */
export interface CertificateRequest {
  readonly subject: { readonly [field in keyof RequestSubject]: string | undefined };
  readonly publicKey: KeyObject;
  readonly isQualified: boolean;
  readonly qcTypes: readonly QcType[];
  readonly psd2: Psd2Statement | undefined;
  readonly keyUsage: readonly KeyUsage[];
  /** Object identifiers. */
  readonly extendedKeyUsage: readonly string[];
  readonly dnsNames: readonly string[];
}

const maxCharacters = 65_536;

/**
 * Reads a PKCS#10 request and checks that its sender holds the key (RFC 2986 4.2).
 * @throws ERR_CERTIFICATE_REQUEST_UNREADABLE with `details.reason` `format` or `signature`
 */
export async function readCertificateRequest(pem: string): Promise<CertificateRequest> {
  const request = decode(pem);
  if (!(await isSigned(request))) {
    throw errors.ERR_CERTIFICATE_REQUEST_UNREADABLE({ message: "The certificate request is not signed by its own key.", details: { reason: "signature" } });
  }
  try {
    return describe(request);
  } catch (error) {
    throw unreadable(error);
  }
}

function decode(pem: string): x509.Pkcs10CertificateRequest {
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
    pem.slice(0, maxCharacters),
  )?.[1];
  if (body === undefined) throw unreadable();
  try {
    return new x509.Pkcs10CertificateRequest(new Uint8Array(Buffer.from(body, "base64")));
  } catch (error) {
    throw unreadable(error);
  }
}

async function isSigned(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    // A key or algorithm that cannot be used proves nothing.
    return false;
  }
}

function describe(request: x509.Pkcs10CertificateRequest): CertificateRequest {
  const field = (id: string): string | undefined => request.subjectName.getField(id)[0];
  const statements = request.getExtension(oids.qcStatements);
  const qc = statements === null ? undefined : readQcStatements(new Uint8Array(statements.value));
  const usage = request.extensions.find((each) => each instanceof x509.KeyUsagesExtension);
  const extendedUsage = request.extensions.find((each) => each instanceof x509.ExtendedKeyUsageExtension);
  const names = request.extensions.find((each) => each instanceof x509.SubjectAlternativeNameExtension);
  return {
    subject: {
      country: field("C"),
      organization: field("O"),
      commonName: field("CN"),
      organizationIdentifier: field(oids.organizationIdentifier),
      locality: field("L"),
      organizationalUnit: field("OU"),
    },
    publicKey: createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" }),
    isQualified: qc?.isQualified ?? false,
    qcTypes: qc?.types ?? [],
    psd2: qc?.psd2,
    keyUsage: usageNames(usage?.usages ?? 0),
    extendedKeyUsage: (extendedUsage?.usages ?? []).map(String),
    dnsNames: (names?.names.items ?? []).filter(({ type }) => type === "dns").map(({ value }) => value),
  };
}

function unreadable(cause?: unknown) {
  return errors.ERR_CERTIFICATE_REQUEST_UNREADABLE({ details: { reason: "format" }, ...(cause === undefined ? {} : { cause }) });
}
