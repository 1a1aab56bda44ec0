import { createPublicKey, type KeyObject } from "node:crypto";
import { qcStatementsOid } from "../ca/psd2-statement.ts";
import { readQcStatements, type QcStatements } from "../ca/qc-statements.ts";
import { x509 } from "../ca/x509.ts";
import { sentence } from "./refusal.ts";

/** A certificate request that may be answered with a certificate. */
export interface VettedRequest {
  readonly type: "web" | "eseal";
  readonly subject: x509.JsonName;
  readonly organizationIdentifier: string;
  readonly publicKey: KeyObject;
  readonly statements: QcStatements;
  readonly alternativeNames: x509.Extension | undefined;
}

const alternativeNamesOid = "2.5.29.17";
const organizationIdentifierOid = "2.5.4.97";
/** ETSI TS 119 495, 5.2.1: PSD, country, authority, number; the number itself may hold dashes. */
const psdIdentifier = /^PSD([A-Z]{2})-([A-Z]{2,8})-(\S{1,64})$/;

/** Country, authority and number of a PSD2 organizationIdentifier; undefined where it has another form. */
export function readPsdIdentifier(text: string): { readonly country: string; readonly authorityId: string; readonly number: string } | undefined {
  const [, country = "", authority = "", number = ""] = psdIdentifier.exec(text) ?? [];
  return country === "" ? undefined : { country, authorityId: `${country}-${authority}`, number };
}

/** Reads a base64 PKCS#10 request and judges it as a provider of PSD2 certificates must (ETSI TS 119 495). Refuses with 400 and a sentence. */
export async function vetRequest(body: unknown): Promise<VettedRequest> {
  const request = readRequest(typeof body === "string" ? body : "");
  const publicKey = readPublicKey(request);
  if (!(await request.verify().catch(() => false))) throw sentence(400, "The request is not signed by the key it names: proof of possession fails");
  const organizationIdentifier = vetSubject(request);
  const statements = vetStatements(request, organizationIdentifier);
  const [type] = statements.types;
  if (type === undefined || type === "esign" || statements.types.length > 1) {
    throw sentence(400, "qcStatements must name one QcType: 0.4.0.1862.1.6.3 for a QWAC or 0.4.0.1862.1.6.2 for a QSealC");
  }
  const alternativeNames = request.getExtension(alternativeNamesOid) ?? undefined;
  return { type, subject: request.subjectName.toJSON(), organizationIdentifier, publicKey, statements, alternativeNames };
}

function readRequest(text: string): x509.Pkcs10CertificateRequest {
  const base64 = text.replaceAll(/-----(BEGIN|END)( NEW)? CERTIFICATE REQUEST-----/g, "").replaceAll(/\s/g, "");
  if (base64 === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw sentence(400, "The body must be a PKCS#10 request in base64");
  try {
    return new x509.Pkcs10CertificateRequest(Buffer.from(base64, "base64"));
  } catch {
    throw sentence(400, "The body is base64, but no PKCS#10 request");
  }
}

function readPublicKey(request: x509.Pkcs10CertificateRequest): KeyObject {
  const key = parsePublicKey(request);
  const { modulusLength = 0, namedCurve } = key?.asymmetricKeyDetails ?? {};
  const usable = (key?.asymmetricKeyType === "rsa" && modulusLength >= 2048) || (key?.asymmetricKeyType === "ec" && namedCurve === "prime256v1");
  if (key === undefined || !usable) throw sentence(400, "The key must be RSA of at least 2048 bits or EC on P-256");
  return key;
}

function vetSubject(request: x509.Pkcs10CertificateRequest): string {
  const name = request.subjectName;
  for (const attribute of ["C", "O", "CN", organizationIdentifierOid]) {
    const [value, ...more] = name.getField(attribute);
    const label = attribute === organizationIdentifierOid ? "organizationIdentifier (2.5.4.97)" : attribute;
    if (value === undefined || value.trim() === "") throw sentence(400, `The subject has no ${label}`);
    if (more.length > 0) throw sentence(400, `The subject has more than one ${label}`);
  }
  const [identifier = ""] = name.getField(organizationIdentifierOid);
  const parts = readPsdIdentifier(identifier);
  if (parts === undefined) throw sentence(400, `organizationIdentifier ${identifier} has not the form PSDFI-FINFSA-number`);
  const [country = ""] = name.getField("C");
  if (!/^[A-Z]{2}$/.test(country)) throw sentence(400, "C must be a country in two capital letters");
  return identifier;
}

function vetStatements(request: x509.Pkcs10CertificateRequest, organizationIdentifier: string): QcStatements {
  const extension = request.getExtension(qcStatementsOid);
  if (extension === null) throw sentence(400, "The request asks for no qcStatements (1.3.6.1.5.5.7.1.3)");
  const statements = readQcStatements(Buffer.from(extension.value));
  if (statements === undefined) throw sentence(400, "qcStatements cannot be read");
  const { roles, unknownRoles, authorityName, authorityId } = statements;
  if (unknownRoles.length > 0) throw sentence(400, `The PSD2 statement names ${unknownRoles[0] ?? ""}, which is no role of a payment service provider`);
  if (roles.length === 0) throw sentence(400, "The PSD2 statement (0.4.0.19495.2) names no role");
  if (authorityName.trim() === "") throw sentence(400, "The PSD2 statement does not name the competent authority");
  const expected = readPsdIdentifier(organizationIdentifier)?.authorityId ?? "";
  if (authorityId !== expected) {
    throw sentence(400, `The PSD2 statement names the authority ${authorityId || "(none)"}, organizationIdentifier ${expected}`);
  }
  return statements;
}

function parsePublicKey(request: x509.Pkcs10CertificateRequest): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
