import { createCipheriv, createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";
import { certificateDer } from "./encoding.ts";

const derive = promisify(pbkdf2);

export interface Pkcs12Input {
  readonly privateKey: KeyObject;
  /** The certificate of the key first. */
  readonly chainPem: readonly string[];
  /** Printable ASCII: readers differ about the rest. */
  readonly passphrase: string;
}

/** For the cipher and for the MAC, which guards the same passphrase. */
const iterations = 20_000;

/**
 * Writes a PKCS#12 file (RFC 7292): the key, RSA or EC, under PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), the whole under a
 * MAC with SHA-256. Certificates are public and stay in clear.
 */
export async function writePkcs12({ privateKey, chainPem, passphrase }: Pkcs12Input): Promise<Buffer> {
  const certificates = chainPem.map((pem) => certificateDer(pem));
  const localKeyId = createHash("sha1")
    .update(certificates[0] ?? "")
    .digest();
  const sameId = set(sequence(oid(oids.localKeyId), set(octets(localKeyId))));
  const keyBag = sequence(oid(oids.shroudedKeyBag), tagged(await encryptedKey(privateKey, passphrase)), sameId);
  const certificateBags = certificates.map((der, index) => {
    const bag = sequence(oid(oids.x509Certificate), tagged(octets(der)));
    return sequence(oid(oids.certBag), tagged(bag), ...(index === 0 ? [sameId] : []));
  });
  const content = derOf(sequence(plainData(sequence(...certificateBags)), plainData(sequence(keyBag))));
  const salt = randomBytes(16);
  const mac = createHmac("sha256", macKey(passphrase, salt)).update(content).digest();
  const macData = sequence(sequence(sequence(oid(oids.sha256), empty()), octets(mac)), octets(salt), integer(iterations));
  return derOf(sequence(integer(3), sequence(oid(oids.data), tagged(octets(content))), macData));
}

async function encryptedKey(privateKey: KeyObject, passphrase: string): Promise<forge.asn1.Asn1> {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const cipher = createCipheriv("aes-256-cbc", await derive(passphrase, salt, iterations, 32, "sha256"), iv);
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

const oids = {
  data: "1.2.840.113549.1.7.1",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
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
