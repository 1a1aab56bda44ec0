import { X509Certificate, createCipheriv, createHash, createHmac, createPrivateKey, pbkdf2Sync, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import forge from "node-forge";
import { certificateDer, certificatePem } from "./encoding.ts";
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
  const bags = open(decode(der), passphrase);
  const privateKey = bags.flatMap((bag) => keyOf(bag))[0];
  if (privateKey === undefined) throw refuse("no-key");
  const certificates = bags.flatMap((bag) => certificateOf(bag)).map((bytes) => ({ bytes, own: new X509Certificate(bytes).checkPrivateKey(privateKey) }));
  if (!certificates.some(({ own }) => own)) throw refuse("no-certificate");
  return { privateKey, chainPem: certificates.toSorted((a, b) => Number(b.own) - Number(a.own)).map(({ bytes }) => certificatePem(bytes)) };
}

export interface Pkcs12Contents {
  readonly privateKey: KeyObject;
  /** The certificate of the key first. */
  readonly chainPem: readonly string[];
  /** Printable ASCII: readers differ about the rest. */
  readonly passphrase: string;
  readonly friendlyName?: string;
}

/** For the cipher and for the MAC, which guards the same passphrase. */
const iterations = 100_000;

/**
 * Writes a PKCS#12 file (RFC 7292): the key, RSA or EC, under PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), the whole under a
 * MAC with SHA-256. Certificates are public and stay in clear.
 */
export function writePkcs12({ privateKey, chainPem, passphrase, friendlyName }: Pkcs12Contents): Buffer {
  const certificates = chainPem.map((pem) => certificateDer(pem));
  const localKeyId = createHash("sha1")
    .update(certificates[0] ?? "")
    .digest();
  const named = set(...attributes(localKeyId, friendlyName));
  const keyBag = sequence(oid(oids.shroudedKeyBag), tagged(encryptedKey(privateKey, passphrase)), named);
  const certificateBags = certificates.map((der, index) => {
    const bag = sequence(oid(oids.x509Certificate), tagged(octets(der)));
    return sequence(oid(oids.certBag), tagged(bag), ...(index === 0 ? [named] : []));
  });
  const content = derOf(sequence(plainData(sequence(...certificateBags)), plainData(sequence(keyBag))));
  const salt = randomBytes(16);
  const mac = createHmac("sha256", macKey(passphrase, salt)).update(content).digest();
  const macData = sequence(sequence(sequence(oid(oids.sha256), empty()), octets(mac)), octets(salt), integer(iterations));
  return derOf(sequence(integer(3), sequence(oid(oids.data), tagged(octets(content))), macData));
}

function encryptedKey(privateKey: KeyObject, passphrase: string): forge.asn1.Asn1 {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const cipher = createCipheriv("aes-256-cbc", pbkdf2Sync(passphrase, salt, iterations, 32, "sha256"), iv);
  const encrypted = Buffer.concat([cipher.update(privateKey.export({ type: "pkcs8", format: "der" })), cipher.final()]);
  const derivation = sequence(oid(oids.pbkdf2), sequence(octets(salt), integer(iterations), sequence(oid(oids.hmacSha256), empty())));
  return sequence(sequence(oid(oids.pbes2), sequence(derivation, sequence(oid(oids.aes256Cbc), octets(iv)))), octets(encrypted));
}

/** RFC 7292 appendix B.2 with id 3, for one block of SHA-256: salt and passphrase, each repeated to fill blocks of 64 bytes. */
function macKey(passphrase: string, salt: Buffer): Buffer {
  const filled = (bytes: Buffer): Buffer => Buffer.alloc(Math.ceil(bytes.length / 64) * 64, bytes);
  const characters = Buffer.from(`${passphrase}\0`, "utf16le").swap16();
  let key = Buffer.concat([Buffer.alloc(64, 3), filled(salt), filled(characters)]);
  for (let round = 0; round < iterations; round += 1) key = createHash("sha256").update(key).digest();
  return key;
}

/** By these readers find the certificate of the key. */
function attributes(localKeyId: Buffer, friendlyName: string | undefined): forge.asn1.Asn1[] {
  return [
    sequence(oid(oids.localKeyId), set(octets(localKeyId))),
    // The library makes its two bytes a character itself.
    ...(friendlyName === undefined ? [] : [sequence(oid(oids.friendlyName), set(asn1.create(UNIVERSAL, asn1.Type.BMPSTRING, false, friendlyName)))]),
  ];
}

const oids = {
  data: "1.2.840.113549.1.7.1",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  hmacSha256: "1.2.840.113549.2.9",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
  sha256: "2.16.840.1.101.3.4.2.1",
} as const;

const { asn1 } = forge;
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;
const primitive = (type: forge.asn1.Type, bytes: Buffer): forge.asn1.Asn1 => asn1.create(UNIVERSAL, type, false, bytes.toString("binary"));
const sequence = (...members: forge.asn1.Asn1[]): forge.asn1.Asn1 => asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, members);
const set = (...members: forge.asn1.Asn1[]): forge.asn1.Asn1 => asn1.create(UNIVERSAL, asn1.Type.SET, true, members);
/** With the number 0, as everything tagged here. */
const tagged = (member: forge.asn1.Asn1): forge.asn1.Asn1 => asn1.create(CONTEXT_SPECIFIC, asn1.Type.NONE, true, [member]);
const octets = (bytes: Buffer): forge.asn1.Asn1 => primitive(asn1.Type.OCTETSTRING, bytes);
const empty = (): forge.asn1.Asn1 => primitive(asn1.Type.NULL, Buffer.alloc(0));
const integer = (value: number): forge.asn1.Asn1 => asn1.create(UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes());
const oid = (value: string): forge.asn1.Asn1 => asn1.create(UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(value).getBytes());
const plainData = (content: forge.asn1.Asn1): forge.asn1.Asn1 => sequence(oid(oids.data), tagged(octets(derOf(content))));

function derOf(value: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), "binary");
}

function decode(der: Uint8Array): forge.asn1.Asn1 {
  try {
    return forge.asn1.fromDer(Buffer.from(der).toString("binary"));
  } catch (error) {
    throw refuse("format", error);
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
    return [createPrivateKey({ key: derOf(asn1), format: "der", type: "pkcs8" })];
  } catch (error) {
    throw refuse("no-key", error);
  }
}

function certificateOf(bag: forge.pkcs12.Bag): Buffer[] {
  if (bag.type !== forge.pki.oids["certBag"]) return [];
  return [derOf(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1)];
}

function refuse(reason: Pkcs12Refusal, cause?: unknown) {
  return errors.ERR_PKCS12_UNREADABLE({ details: { reason }, ...(cause === undefined ? {} : { cause }) });
}
