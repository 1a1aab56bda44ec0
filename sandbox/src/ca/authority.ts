import { randomBytes, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { epochSeconds, toDate, type Clock } from "../clock.ts";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "../state/atomic-file.ts";
import { unsignedInteger } from "./der.ts";
import { fromPrivateJwk, newEcKey, newRsaKey, privateJwk, publicCryptoKey, signingCryptoKey, webCryptoAlgorithm } from "./keys.ts";
import { x509 } from "./x509.ts";

/** One step of the chain: its certificate and the key that signs below it. */
interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: KeyObject;
}

interface LeafRequest {
  readonly subject: x509.JsonNameParams;
  /** Of the subject; its public half is enough. */
  readonly key: KeyObject;
  readonly notBefore: Temporal.Instant;
  readonly notAfter: Temporal.Instant;
  readonly extensions: readonly x509.Extension[];
}

interface Leaf {
  /** Standard base64 DER: leaf, then intermediate. */
  readonly x5c: readonly [string, string];
  readonly serial: Buffer;
}

/** The sandbox's own two-level certificate authority, kept in the state folder. */
export interface Authority {
  /** PEM of the root: the trust anchor of clients, and the only one of the bank for client certificates. */
  readonly rootPem: string;
  readonly intermediatePem: string;
  issue(request: LeafRequest): Promise<Leaf>;
  /** Takes a certificate back that the intermediate issued, until the sandbox ends. */
  revoke(serial: Buffer): void;
  /** DER of what was taken back (RFC 5280 5), signed by the intermediate; good for ten minutes, so that readers ask again soon. */
  revocationList(now: Temporal.Instant): Promise<Buffer>;
}

const issuerFile = z.object({ certificate: z.string(), key: z.record(z.string(), z.unknown()) });
const rootName = [{ C: ["FI"] }, { CN: ["OP Services PSD2 ATY Test Root CA"] }];
const intermediateName = [{ C: ["FI"] }, { CN: ["OP Services PSD2 ATY Test Intermediate CA"] }];

/** Opens the authority of `folder`, or founds it. `caFile` receives the root certificate for clients to trust. */
export async function openAuthority(options: { folder: string; caFile: string; bits: number; clock: Clock }): Promise<Authority> {
  const file = join(options.folder, "authority.json");
  makeFolderFor(file);
  const stored = readFileIfPresent(file);
  const { root, intermediate } = stored === undefined ? await found(options) : read(stored);
  if (stored === undefined) writeFileAtomic(file, JSON.stringify({ root: serialise(root), intermediate: serialise(intermediate) }));
  const authority = authorityOf({ root, intermediate });
  writeFileAtomic(options.caFile, authority.rootPem, { mode: 0o644 });
  return authority;
}

function authorityOf({ root, intermediate }: { root: Issuer; intermediate: Issuer }): Authority {
  const revoked = new Set<string>();
  return {
    rootPem: `${root.certificate.toString("pem")}\n`,
    intermediatePem: `${intermediate.certificate.toString("pem")}\n`,
    async issue(request) {
      const serial = newSerial();
      const leaf = await sign({ ...request, serial, issuer: intermediate });
      return { serial, x5c: [base64(leaf), base64(intermediate.certificate)] };
    },
    revoke: (serial) => void revoked.add(serial.toString("hex")),
    async revocationList(now) {
      const list = await x509.X509CrlGenerator.create({
        issuer: intermediate.certificate.subjectName,
        thisUpdate: toDate(now),
        nextUpdate: toDate(now.add({ minutes: 10 })),
        entries: [...revoked].map((serialNumber) => ({ serialNumber, revocationDate: toDate(now) })),
        extensions: [
          await x509.AuthorityKeyIdentifierExtension.create(await publicCryptoKey(intermediate.key)),
          new x509.Extension(crlNumberOid, false, numbered(now)),
        ],
        signingKey: await signingCryptoKey(intermediate.key),
        signingAlgorithm: webCryptoAlgorithm(intermediate.key),
      });
      return Buffer.from(list.rawData);
    },
  };
}

async function found({ bits, clock }: { bits: number; clock: Clock }): Promise<{ root: Issuer; intermediate: Issuer }> {
  const [rootKey, intermediateKey] = await Promise.all([newRsaKey(bits), newRsaKey(bits)]);
  const begin = clock.now().subtract({ hours: 24 });
  const root = await certificateAuthority({ name: rootName, key: rootKey, begin, years: 20 });
  const intermediate = await certificateAuthority({ name: intermediateName, key: intermediateKey, begin, years: 10, issuer: root });
  return { root, intermediate };
}

async function certificateAuthority(input: {
  name: x509.JsonNameParams;
  key: KeyObject;
  begin: Temporal.Instant;
  years: number;
  issuer?: Issuer;
}): Promise<Issuer> {
  const certificate = await sign({
    subject: input.name,
    key: input.key,
    notBefore: input.begin,
    notAfter: input.begin.toZonedDateTimeISO("UTC").add({ years: input.years }).toInstant(),
    serial: newSerial(),
    issuer: input.issuer,
    extensions: [
      new x509.BasicConstraintsExtension(true, input.issuer === undefined ? undefined : 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, key: input.key };
}

async function sign(input: LeafRequest & { serial: Buffer; issuer: Issuer | undefined }): Promise<x509.X509Certificate> {
  const issuerKey = input.issuer?.key ?? input.key;
  const publicKey = await publicCryptoKey(input.key);
  const subject = new x509.Name(input.subject);
  return x509.X509CertificateGenerator.create({
    serialNumber: input.serial.toString("hex"),
    subject,
    issuer: input.issuer?.certificate.subjectName ?? subject,
    notBefore: toDate(input.notBefore),
    notAfter: toDate(input.notAfter),
    publicKey,
    signingKey: await signingCryptoKey(issuerKey),
    signingAlgorithm: webCryptoAlgorithm(issuerKey),
    extensions: [
      ...input.extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(await publicCryptoKey(issuerKey)),
    ],
  });
}

const crlNumberOid = "2.5.29.20";

/** A number that grows from list to list: seconds since 1970. */
function numbered(now: Temporal.Instant): Uint8Array {
  const seconds = Buffer.alloc(8);
  seconds.writeBigInt64BE(BigInt(epochSeconds(now)));
  return unsignedInteger(seconds);
}

/** Four bytes that stay four bytes in DER: positive, without a leading zero. */
function newSerial(): Buffer {
  const serial = randomBytes(4);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function base64(certificate: x509.X509Certificate): string {
  return Buffer.from(certificate.rawData).toString("base64");
}

function serialise(issuer: Issuer): z.infer<typeof issuerFile> {
  return { certificate: issuer.certificate.toString("pem"), key: privateJwk(issuer.key) as Record<string, unknown> };
}

function read(text: string): { root: Issuer; intermediate: Issuer } {
  const file = z.object({ root: issuerFile, intermediate: issuerFile }).parse(JSON.parse(text));
  const issuer = (part: z.infer<typeof issuerFile>): Issuer => ({
    certificate: new x509.X509Certificate(part.certificate),
    key: fromPrivateJwk(part.key),
  });
  return { root: issuer(file.root), intermediate: issuer(file.intermediate) };
}

export interface ServerCertificate {
  /** PEM, the leaf first. */
  readonly cert: string;
  readonly key: string;
  readonly serial: Buffer;
}

/** Whoever signs a leaf; what it answers begins with that. */
interface LeafIssuer {
  issue(request: LeafRequest): Promise<{ readonly x5c: readonly string[]; readonly serial: Buffer }>;
}

/** Certificate and key of the bank's own servers, made anew at each start: nobody pins them. */
export async function serverCertificate(
  authority: LeafIssuer,
  { hosts, clock, ended = false }: { hosts: readonly string[]; clock: Clock; ended?: boolean },
): Promise<ServerCertificate> {
  const key = await newEcKey();
  const names = hosts.filter((host) => host !== "127.0.0.1" && host !== "::1");
  const { x5c, serial } = await authority.issue({
    subject: [{ C: ["FI"] }, { O: ["One Point Ledger sandbox bank"] }, { CN: [names[0] ?? "localhost"] }],
    key,
    notBefore: clock.now().subtract({ hours: ended ? 48 : 1 }),
    notAfter: ended ? clock.now().subtract({ hours: 24 }) : clock.now().add({ hours: 24 * 397 }),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: "dns" as const, value })),
        ...(names.includes("localhost")
          ? [
              { type: "ip" as const, value: "127.0.0.1" },
              { type: "ip" as const, value: "::1" },
            ]
          : []),
      ]),
    ],
  });
  return { cert: x5c.map(pem).join(""), key: key.export({ type: "pkcs8", format: "pem" }), serial };
}

/** Signs each certificate with the certified key itself. */
export const ownIssuer: LeafIssuer = {
  async issue(request) {
    const serial = newSerial();
    return { serial, x5c: [base64(await sign({ ...request, serial, issuer: undefined }))] };
  },
};

/** An authority that nobody knows, for a server that only pretends. */
export async function unknownAuthority(clock: Clock): Promise<Authority> {
  return authorityOf(await found({ bits: 2048, clock }));
}

/** PEM armour around base64 DER, wrapped at 64 columns. */
function pem(base64Der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64Der.match(/.{1,64}/g)?.join("\n") ?? ""}\n-----END CERTIFICATE-----\n`;
}
