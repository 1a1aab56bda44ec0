import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import forge from "node-forge";
import { certificatePem } from "./encoding.ts";
import { errors } from "./errors.ts";

export interface Pkcs12 {
  readonly privateKey: KeyObject;
  /** PEM; the certificate of the key first, the others as the file lists them. */
  readonly chainPem: readonly string[];
}

/** Why a file was refused; in `details.reason` of `ERR_PKCS12_UNREADABLE`. */
export type Pkcs12Refusal = "format" | "passphrase" | "no-key" | "no-certificate";

/** Reads a PKCS#12 file (RFC 7292) with one private key, RSA or EC. @throws ERR_PKCS12_UNREADABLE with a `Pkcs12Refusal` */
export function readPkcs12(der: Uint8Array, passphrase: string): Pkcs12 {
  const asn1 = decode(der);
  limitWork(asn1);
  const bags = open(asn1, passphrase);
  const privateKey = bags.flatMap((bag) => keyOf(bag))[0];
  if (privateKey === undefined) throw refuse("no-key");
  const certificates = bags.flatMap((bag) => certificateOf(bag)).map((bytes) => ({ bytes, own: belongsTo(bytes, privateKey) }));
  if (!certificates.some(({ own }) => own)) throw refuse("no-certificate");
  return { privateKey, chainPem: certificates.toSorted((a, b) => Number(b.own) - Number(a.own)).map(({ bytes }) => certificatePem(bytes)) };
}

function decode(der: Uint8Array): forge.asn1.Asn1 {
  try {
    return forge.asn1.fromDer(Buffer.from(der).toString("binary"));
  } catch (error) {
    throw refuse("format", error);
  }
}

/** More than any tool writes. The file names its own number, and a few bytes of it could keep this process busy for days. */
const maxIterations = 600_000n;

/** Every derivation of a key, and the check sum, names its count as an integer behind the octet string of its salt; nothing else looks so. */
function limitWork(node: forge.asn1.Asn1, depth = 0): void {
  if (depth > 32) throw refuse("format");
  const { INTEGER, OCTETSTRING } = forge.asn1.Type;
  const parts = node.type === OCTETSTRING ? inside(octetsOf(node)) : Array.isArray(node.value) ? node.value : [];
  parts.forEach((part, index) => {
    const isCount = part.type === INTEGER && parts[index - 1]?.type === OCTETSTRING;
    if (isCount && BigInt(`0x0${Buffer.from(octetsOf(part), "latin1").toString("hex")}`) > maxIterations) {
      throw errors.ERR_PKCS12_UNREADABLE({
        message: `The PKCS#12 file derives its keys in more than ${maxIterations} rounds; export it anew with fewer.`,
        details: { reason: "format" },
      });
    }
    limitWork(part, depth + 1);
  });
}

/** A string may come in pieces (BER). */
function octetsOf({ value }: forge.asn1.Asn1): string {
  return typeof value === "string" ? value : value.map((piece) => octetsOf(piece)).join("");
}

function inside(octets: string): forge.asn1.Asn1[] {
  try {
    return octets.startsWith("0") ? [forge.asn1.fromDer(octets)] : [];
  } catch {
    return [];
  }
}

function open(asn1: forge.asn1.Asn1, passphrase: string): forge.pkcs12.Bag[] {
  try {
    return forge.pkcs12.pkcs12FromAsn1(asn1, false, passphrase).safeContents.flatMap(({ safeBags }) => safeBags);
  } catch (error) {
    throw refuse(/MAC could not be verified|[Pp]assword/.test(String(error)) ? "passphrase" : "format", error);
  }
}

/** The library reads RSA itself and hands everything else over as PKCS#8. */
function keyOf(bag: forge.pkcs12.Bag): KeyObject[] {
  const { keyBag, pkcs8ShroudedKeyBag } = forge.pki.oids;
  if (bag.type !== keyBag && bag.type !== pkcs8ShroudedKeyBag) return [];
  const asn1 = bag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)) : bag.asn1;
  try {
    return [createPrivateKey({ key: bytesOf(asn1), format: "der", type: "pkcs8" })];
  } catch (error) {
    throw refuse("no-key", error);
  }
}

function certificateOf(bag: forge.pkcs12.Bag): Buffer[] {
  if (bag.type !== forge.pki.oids["certBag"]) return [];
  return [bytesOf(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1)];
}

function belongsTo(certificate: Buffer, privateKey: KeyObject): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(privateKey);
  } catch (error) {
    throw refuse("format", error);
  }
}

function bytesOf(asn1: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), "binary");
}

function refuse(reason: Pkcs12Refusal, cause?: unknown) {
  return errors.ERR_PKCS12_UNREADABLE({ details: { reason }, ...(cause === undefined ? {} : { cause }) });
}
