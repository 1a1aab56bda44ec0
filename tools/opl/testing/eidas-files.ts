import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import forge from "node-forge";

const { asn1 } = forge;
const roleOids = { AIS: "0.4.0.19495.1.3", PIS: "0.4.0.19495.1.2", CBPII: "0.4.0.19495.1.4" } as const;
const typeOids = { web: "0.4.0.1862.1.6.3", eseal: "0.4.0.1862.1.6.2" } as const;

export interface MadeCertificate {
  readonly use: keyof typeof typeOids;
  readonly roles?: readonly (keyof typeof roleOids)[];
  readonly organizationIdentifier?: string | null;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly hash?: "sha1" | "sha256";
  /** Hash of the signature on the intermediate. */
  readonly issuerHash?: "sha1" | "sha256";
}

interface Issuer {
  readonly key: forge.pki.rsa.PrivateKey;
  readonly certificate: forge.pki.Certificate;
}

const sequence = (...parts: forge.asn1.Asn1[]) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
const oid = (text: string) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(text).getBytes());
const utf8 = (text: string) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.UTF8, false, text);

function statements({ use, roles = ["AIS", "PIS", "CBPII"] }: MadeCertificate): string {
  const psd2 = sequence(sequence(...roles.map((role) => sequence(oid(roleOids[role]), utf8("PSP")))), utf8("Test Authority"), utf8("FI-TEST"));
  const qc = sequence(sequence(oid("0.4.0.1862.1.6"), sequence(oid(typeOids[use]))), sequence(oid("0.4.0.19495.2"), psd2));
  return asn1.toDer(qc).getBytes();
}

function newKey(): forge.pki.rsa.PrivateKey {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return forge.pki.privateKeyFromPem(privateKey);
}

function digest(hash: "sha1" | "sha256" = "sha256"): forge.md.MessageDigest {
  return hash === "sha1" ? forge.md.sha1.create() : forge.md.sha256.create();
}

function authority(name: string, issuer: Issuer | undefined, hash?: "sha1" | "sha256"): Issuer {
  const key = newKey();
  const certificate = bare(key, { from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z" });
  certificate.setSubject([{ name: "commonName", value: name }]);
  certificate.setIssuer(issuer?.certificate.subject.attributes ?? certificate.subject.attributes);
  certificate.setExtensions([{ name: "basicConstraints", cA: true }]);
  certificate.sign(issuer?.key ?? key, digest(hash));
  return { key, certificate };
}

function bare(key: forge.pki.rsa.PrivateKey, { from, to }: { from: string; to: string }): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = "4001";
  certificate.validity = { notBefore: new Date(from), notAfter: new Date(to) };
  return certificate;
}

/** An eIDAS-like certificate with its own two-level authority, as the files a person has: PEM and PKCS#12. */
export function makeEidasFiles(folder: string, name: string, made: MadeCertificate, passphrase = "sesame") {
  const root = authority(`${name} Root CA`, undefined);
  const intermediate = authority(`${name} Intermediate CA`, root, made.issuerHash);
  const key = newKey();
  const leaf = bare(key, { from: made.notBefore ?? "2026-01-01T00:00:00Z", to: made.notAfter ?? "2036-01-01T00:00:00Z" });
  const identifier = made.organizationIdentifier === undefined ? "PSDFI-TEST-1234567-8" : made.organizationIdentifier;
  leaf.setSubject([
    { shortName: "C", value: "FI" },
    { name: "commonName", value: "Example Ledger TPP" },
    ...(identifier === null ? [] : [{ type: "2.5.4.97", value: identifier }]),
  ]);
  leaf.setIssuer(intermediate.certificate.subject.attributes);
  leaf.setExtensions([
    { name: "basicConstraints", cA: false },
    { id: "1.3.6.1.5.5.7.1.3", value: statements(made) },
  ]);
  leaf.sign(intermediate.key, digest(made.hash));
  const pem = (certificate: forge.pki.Certificate): string => forge.pki.certificateToPem(certificate).replaceAll("\r", "");
  const privateKey = createPrivateKey(forge.pki.privateKeyToPem(key));
  return writeEidasFiles(folder, name, {
    chainPem: [leaf, intermediate.certificate].map(pem),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
    passphrase,
  });
}

/** One certificate with its chain and key in every form the command reads. */
export function writeEidasFiles(
  folder: string,
  name: string,
  { chainPem, keyPem, passphrase }: { chainPem: readonly string[]; keyPem: string; passphrase: string },
) {
  const write = (suffix: string, content: string | Buffer): string => {
    const file = path.join(folder, `${name}${suffix}`);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const key = createPrivateKey(keyPem);
  const rsa = key.asymmetricKeyType === "rsa" ? forge.pki.privateKeyFromPem(keyPem) : undefined;
  return {
    certificate: write(".pem", chainPem.join("")),
    key: write(".key.pem", keyPem),
    encryptedKey: write(".enc.pem", key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })),
    p12:
      rsa === undefined
        ? ""
        : write(".p12", Buffer.from(asn1.toDer(forge.pkcs12.toPkcs12Asn1(rsa, chainPem as never, passphrase, { algorithm: "aes256" })).getBytes(), "binary")),
  };
}
