import "reflect-metadata";
import { createPublicKey, sign, webcrypto } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";
import * as x509 from "@peculiar/x509";
import forge from "node-forge";
import { encodeAsn1 } from "../asn1.ts";
import { keyUsageExtension } from "../certificate.ts";
import type { KeyUsage } from "../certificate.ts";
import { errors } from "../errors.ts";
import { generateKey, keyKinds } from "../key-pair.ts";
import type { KeyKind } from "../key-pair.ts";
import { oids } from "../oids.ts";
import { writeQcStatements } from "../qc-statements.ts";
import { requestFaults } from "./input.ts";
import type { CertificateRequestInput, RequestSubject } from "./input.ts";

/**
 * Makes a key and the request (PKCS#10, RFC 2986) by which a QTSP certifies it as a QWAC or a QSealC.
 * @throws ERR_CERTIFICATE_REQUEST_INVALID with every fault in `details.faults`
 */
export async function createCertificateRequest({
  key,
  ...input
}: CertificateRequestInput & { readonly key: KeyKind }): Promise<{ readonly csrPem: string; readonly privateKey: KeyObject }> {
  refuseFaults([...(keyKinds.includes(key) ? [] : [`The key is none of ${keyKinds.join(", ")}.`]), ...requestFaults(input)]);
  const privateKey = await generateKey(key);
  return { csrPem: await requestCertificate(input, privateKey), privateKey };
}

/** The request for a key that exists: RSA of 2048 to 4096 bits or EC P-256. @returns PEM @throws ERR_CERTIFICATE_REQUEST_INVALID */
export async function requestCertificate(input: CertificateRequestInput, privateKey: KeyObject): Promise<string> {
  refuseFaults([...keyFaults(privateKey), ...requestFaults(input)]);
  return privateKey.asymmetricKeyType === "ec" ? await writeEc(input, privateKey) : await writeRsa(input, privateKey);
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw errors.ERR_CERTIFICATE_REQUEST_INVALID({ message: faults.join(" "), details: { faults } });
}

function keyFaults({ type, asymmetricKeyType, asymmetricKeyDetails: { modulusLength = 0, namedCurve } = {} }: KeyObject): string[] {
  const fits = asymmetricKeyType === "rsa" ? modulusLength >= 2048 && modulusLength <= 4096 : asymmetricKeyType === "ec" && namedCurve === "prime256v1";
  return type === "private" && fits ? [] : ["The key is not a private one of RSA with 2048 to 4096 bits or of EC P-256."];
}

/** Exported by the library, forgotten by its types. */
const { getCertificationRequestInfo: requestInfo } = forge.pki as unknown as { getCertificationRequestInfo: (request: unknown) => forge.asn1.Asn1 };

/** The library describes the request; OpenSSL signs it, outside the event loop. */
async function writeRsa(input: CertificateRequestInput, privateKey: KeyObject): Promise<string> {
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.publicKeyFromPem(createPublicKey(privateKey).export({ type: "spki", format: "pem" }));
  request.setSubject(
    subjectFields(input.subject).map(({ id, value, printable }) => {
      return { type: id, value, valueTagClass: (printable ? forge.asn1.Type.PRINTABLESTRING : forge.asn1.Type.UTF8) as never };
    }),
  );
  const extensions = requestedExtensions(input, "rsa").map(({ type, critical, value }) => ({
    id: type,
    critical,
    value: Buffer.from(value).toString("latin1"),
  }));
  request.setAttributes([{ name: "extensionRequest", extensions }]);
  const described = requestInfo(request);
  const signature = await promisify(sign)("sha256", encodeAsn1(described), privateKey);
  const signatureOid = forge.pki.oids["sha256WithRSAEncryption"] ?? "";
  Object.assign(request, { certificationRequestInfo: described, signatureOid, signature: signature.toString("latin1") });
  return forge.pki.certificationRequestToPem(request).replaceAll("\r", "");
}

const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

async function writeEc(input: CertificateRequestInput, privateKey: KeyObject): Promise<string> {
  const { subtle } = webcrypto;
  const keys = {
    privateKey: await subtle.importKey("pkcs8", privateKey.export({ type: "pkcs8", format: "der" }), ecdsa, false, ["sign"]),
    publicKey: await subtle.importKey("spki", createPublicKey(privateKey).export({ type: "spki", format: "der" }), ecdsa, true, ["verify"]),
  };
  const name = new x509.Name(
    subjectFields(input.subject).map(({ id, value, printable }) => ({ [id]: [{ [printable ? "printableString" : "utf8String"]: value }] })),
  );
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: ecdsa, extensions: requestedExtensions(input, "ec") });
  return `${request.toString("pem")}\n`;
}

/** RFC 5280 4.1.2.4: PrintableString where its alphabet suffices, else UTF8String. */
function subjectFields({ country, locality, organization, organizationIdentifier, organizationalUnit, commonName }: RequestSubject) {
  const fields = [
    ["2.5.4.6", country],
    ["2.5.4.7", locality],
    ["2.5.4.10", organization],
    [oids.organizationIdentifier, organizationIdentifier],
    ["2.5.4.11", organizationalUnit],
    ["2.5.4.3", commonName],
  ] as const;
  return fields.flatMap(([id, value]) => (value === undefined ? [] : [{ id, value, printable: /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) }]));
}

/**
 * ETSI EN 319 412-4 and -3. A seal here signs requests as well as content, hence both usages; RFC 8813 forbids keyEncipherment
 * for EC keys.
 */
function requestedExtensions({ purpose, psd2, dnsNames = [] }: CertificateRequestInput, keyType: "rsa" | "ec"): x509.Extension[] {
  const isQwac = purpose === "qwac";
  const usages: KeyUsage[] = isQwac
    ? ["digitalSignature", ...(keyType === "rsa" ? (["keyEncipherment"] as const) : [])]
    : ["digitalSignature", "nonRepudiation"];
  return [
    keyUsageExtension(usages),
    ...(isQwac ? [new x509.ExtendedKeyUsageExtension([oids.serverAuth, oids.clientAuth])] : []),
    ...(dnsNames.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns", value })))]),
    new x509.Extension(oids.qcStatements, false, writeQcStatements({ isQualified: true, types: [isQwac ? "web" : "eseal"], psd2 })),
  ];
}
