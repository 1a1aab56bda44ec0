import "reflect-metadata";
import { createPublicKey, generateKeyPairSync, webcrypto } from "node:crypto";
import type { KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { keyUsageExtension } from "../certificate.ts";
import type { KeyUsage } from "../certificate.ts";
import { certificatePem } from "../encoding.ts";
import { oids } from "../oids.ts";
import { writeQcStatements } from "../qc-statements.ts";
import type { QcStatements } from "../qc-statements.ts";

export interface Made {
  readonly subject: string;
  readonly privateKey: KeyObject;
  readonly der: Buffer;
  readonly base64: string;
  readonly pem: string;
}

export interface MakeOptions {
  readonly ca?: boolean;
  readonly extensions?: readonly x509.Extension[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** RSA or EC P-256; made when absent. */
  readonly privateKey?: KeyObject;
  readonly hash?: "SHA-1" | "SHA-256";
  /** Hexadecimal. */
  readonly serialNumber?: string;
}

/** A certificate for tests, signed by its issuer or else by itself. */
export async function makeCertificate(subject: string, issuer: Made | undefined, options: MakeOptions = {}): Promise<Made> {
  const { ca = false, extensions = [], privateKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, hash = "SHA-256" } = options;
  const ownAlgorithm = algorithmOf(privateKey, hash);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: options.serialNumber ?? "0102ab",
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: new Date(options.notBefore ?? "2026-01-01T00:00:00Z"),
    notAfter: new Date(options.notAfter ?? "2031-01-01T00:00:00Z"),
    ...(await signing(issuer?.privateKey ?? privateKey, hash)),
    publicKey: await webcrypto.subtle.importKey("spki", createPublicKey(privateKey).export({ type: "spki", format: "der" }), ownAlgorithm, true, ["verify"]),
    extensions: [new x509.BasicConstraintsExtension(ca, undefined, true), ...extensions],
  });
  const der = Buffer.from(certificate.rawData);
  return { subject: certificate.subject, privateKey, der, base64: der.toString("base64"), pem: certificatePem(der) };
}

export interface ListOptions {
  /** Hexadecimal. */
  readonly serialNumbers: readonly string[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  readonly extensions?: readonly x509.Extension[];
  readonly entryExtensions?: readonly x509.Extension[];
}

/** A revocation list for tests, DER. */
export async function makeRevocationList(issuer: Pick<Made, "subject" | "privateKey">, options: ListOptions): Promise<Buffer> {
  const { serialNumbers, thisUpdate = "2026-01-01T00:00:00Z", nextUpdate = "2031-01-01T00:00:00Z", extensions = [], entryExtensions = [] } = options;
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: new Date(thisUpdate),
    nextUpdate: new Date(nextUpdate),
    entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: new Date(thisUpdate), extensions: [...entryExtensions] })),
    extensions: [...extensions],
    ...(await signing(issuer.privateKey, "SHA-256")),
  });
  return Buffer.from(list.rawData);
}

async function signing(key: KeyObject, hash: string) {
  const signingAlgorithm = algorithmOf(key, hash);
  return {
    signingAlgorithm,
    signingKey: await webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), signingAlgorithm, false, ["sign"]),
  };
}

export function keyUsage(...names: KeyUsage[]): x509.Extension {
  return keyUsageExtension(names);
}

export function extendedKeyUsage(...usages: string[]): x509.Extension {
  return new x509.ExtendedKeyUsageExtension(usages);
}

export function qcStatements(statements: QcStatements): x509.Extension {
  return new x509.Extension(oids.qcStatements, false, writeQcStatements(statements));
}

/** Any extension; its value in hexadecimal. */
export function extension(id: string, critical: boolean, value: string): x509.Extension {
  return new x509.Extension(id, critical, Buffer.from(value, "hex"));
}

/** A list of statements whose only one is no sequence. */
export function brokenStatements(): x509.Extension {
  return new x509.Extension(oids.qcStatements, false, Uint8Array.from([0x30, 0x02, 0x04, 0x00]));
}

function algorithmOf({ asymmetricKeyType }: KeyObject, hash: string) {
  return asymmetricKeyType === "rsa" ? { name: "RSASSA-PKCS1-v1_5", hash } : { name: "ECDSA", namedCurve: "P-256", hash };
}
