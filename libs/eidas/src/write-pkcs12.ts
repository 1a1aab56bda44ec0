import { X509Certificate, createCipheriv, createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";
import { encodeAsn1, integer, nothing, octets, oid, sequence, set, tagged } from "./asn1.ts";
import { certificateDer } from "./encoding.ts";
import { errors } from "./errors.ts";

type Node = forge.asn1.Asn1;

export interface Pkcs12Input {
  readonly privateKey: KeyObject;
  /** PEM; the certificate of the key first. */
  readonly chainPem: readonly string[];
  /** ASCII: the key derivations of this format disagree about every other letter. */
  readonly passphrase: string;
}

/** As Java 17 writes it; OpenSSL 3 takes 2048. The check sum gets as many, or it would be the cheaper way to guess. */
const iterations = 10_000;

const ids = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  localKeyId: "1.2.840.113549.1.9.21",
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  hmacWithSha256: "1.2.840.113549.2.9",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
  sha256: "2.16.840.1.101.3.4.2.1",
} as const;

/**
 * Writes a key, RSA or EC, and its chain as PKCS#12 (RFC 7292): PBES2 with AES-256 and SHA-256 throughout. It is built here
 * because the library's own writer knows RSA alone.
 * @throws ERR_PKCS12_UNWRITABLE with `details.reason` `passphrase`, `no-certificate` or `key-mismatch`
 */
export async function writePkcs12({ privateKey, chainPem, passphrase }: Pkcs12Input): Promise<Buffer> {
  if (!/^[\x20-\x7e]+$/.test(passphrase)) throw refuse("passphrase", "The passphrase of a PKCS#12 file must be of printable ASCII characters, at least one.");
  const [leaf, ...issuers] = chainPem.map((pem) => certificateDer(pem));
  if (leaf === undefined) throw refuse("no-certificate", "There is no certificate to put beside the key.");
  if (!new X509Certificate(leaf).checkPrivateKey(privateKey)) throw refuse("key-mismatch", "The first certificate belongs to another key.");

  const sameId = set(sequence(oid(ids.localKeyId), set(octets(createHash("sha1").update(leaf).digest()))));
  const shrouded = await encrypted(privateKey.export({ type: "pkcs8", format: "der" }), passphrase);
  const keyBag = sequence(oid(ids.shroudedKeyBag), tagged([sequence(shrouded.algorithm, octets(shrouded.bytes))]), sameId);
  const certificateBags = sequence(certificateBag(leaf, sameId), ...issuers.map((issuer) => certificateBag(issuer)));
  const hidden = await encrypted(encodeAsn1(certificateBags), passphrase);
  const encryptedContent = sequence(oid(ids.data), hidden.algorithm, tagged(hidden.bytes.toString("latin1")));
  const safe = encodeAsn1(
    sequence(
      sequence(oid(ids.encryptedData), tagged([sequence(integer(0), encryptedContent)])),
      sequence(oid(ids.data), tagged([octets(encodeAsn1(sequence(keyBag)))])),
    ),
  );
  return encodeAsn1(sequence(integer(3), sequence(oid(ids.data), tagged([octets(safe)])), checkSum(safe, passphrase)));
}

function certificateBag(der: Buffer, ...attributes: Node[]): Node {
  return sequence(oid(ids.certificateBag), tagged([sequence(oid(ids.x509Certificate), tagged([octets(der)]))]), ...attributes);
}

const deriveKey = promisify(pbkdf2);

/** PBES2 (RFC 8018 6.2). */
async function encrypted(content: Buffer, passphrase: string): Promise<{ readonly algorithm: Node; readonly bytes: Buffer }> {
  const [salt, iv, keyLength] = [randomBytes(16), randomBytes(16), 32];
  const cipher = createCipheriv("aes-256-cbc", await deriveKey(passphrase, salt, iterations, keyLength, "sha256"), iv);
  const derivation = sequence(octets(salt), integer(iterations), integer(keyLength), sequence(oid(ids.hmacWithSha256), nothing()));
  return {
    algorithm: sequence(oid(ids.pbes2), sequence(sequence(oid(ids.pbkdf2), derivation), sequence(oid(ids.aes256Cbc), octets(iv)))),
    bytes: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

/** MacData (RFC 7292 4 and appendix B). */
function checkSum(safe: Buffer, passphrase: string): Node {
  const salt = randomBytes(16);
  const key = forge.pkcs12.generateKey(passphrase, forge.util.createBuffer(salt.toString("latin1")), 3, iterations, 32, forge.md.sha256.create());
  const digest = createHmac("sha256", Buffer.from(key.getBytes(), "latin1")).update(safe).digest();
  return sequence(sequence(sequence(oid(ids.sha256), nothing()), octets(digest)), octets(salt), integer(iterations));
}

function refuse(reason: "passphrase" | "no-certificate" | "key-mismatch", message: string) {
  return errors.ERR_PKCS12_UNWRITABLE({ message, details: { reason } });
}
