import { constants, verify } from "node:crypto";
import type { VerifyKeyObjectInput, X509Certificate } from "node:crypto";
import forge from "node-forge";
import { DerError, derTags, elementsIn, expectTag, fewElementsIn, wholeElement } from "./der.ts";
import type { DerElement } from "./der.ts";
import { errors } from "./errors.ts";

/** What an authority says of certificates that it took back (RFC 5280 5). Nothing in it counts before `isSignedBy` was asked. */
export interface RevocationList {
  readonly thisUpdate: Temporal.Instant;
  /** When the next one is there at the latest; few lists do not say so. */
  readonly nextUpdate: Temporal.Instant | undefined;
  readonly size: number;
  /** Whether it has the serial number of this certificate, whoever issued that. */
  names(certificate: X509Certificate): boolean;
  /** Whether the key of this certificate signed it; remembered. */
  isSignedBy(issuer: X509Certificate): boolean;
}

const { sequence, integer, oid, boolean, octetString, bitString, utcTime, generalizedTime } = derTags;
const armour = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/;

/**
 * Reads a revocation list in PEM or DER; a hundred thousand entries take a moment, since only their serial numbers are kept.
 * @throws ERR_REVOCATION_LIST_UNREADABLE; ERR_REVOCATION_LIST_UNFIT, in words, for an indirect or a delta list, a critical extension or
 * an algorithm that we do not know: what they would change about the entries is not understood
 */
export function readRevocationList(bytes: Uint8Array): RevocationList {
  try {
    return read(derOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  } catch (error) {
    // Times that are none are the platform's own error.
    if (error instanceof DerError || error instanceof RangeError) throw errors.ERR_REVOCATION_LIST_UNREADABLE({ cause: error });
    throw error;
  }
}

function derOf(bytes: Buffer): Buffer {
  // A copy of its own where it is DER: what came may be a slice of something larger.
  if (bytes[0] === sequence) return Buffer.from(bytes);
  const base64 = armour.exec(bytes.toString("latin1"))?.[1];
  if (base64 === undefined) throw new DerError("neither DER nor PEM");
  return Buffer.from(base64, "base64");
}

function read(der: Buffer): RevocationList {
  const [tbs, algorithm, signature] = fewElementsIn(der, expectTag(wholeElement(der), sequence), 3);
  const [toBeSigned, signedWith, signatureBits] = [expectTag(tbs, sequence), expectTag(algorithm, sequence), expectTag(signature, bitString)];
  const fields = fewElementsIn(der, toBeSigned, 7);
  if (fields[0]?.tag === integer) fields.shift();
  const [signedWithToo, issuer, thisUpdate] = fields.splice(0, 3);
  expectTag(issuer, sequence);
  const nextUpdate = fields[0]?.tag === utcTime || fields[0]?.tag === generalizedTime ? fields.shift() : undefined;
  const entries = fields[0]?.tag === sequence ? fields.shift() : undefined;
  const extensions = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
  // The first byte of the signature counts bits that it does not use, and it uses all.
  if (fields.length > 0 || der[signatureBits.start] !== 0 || !bytesOf(der, signedWith).equals(bytesOf(der, expectTag(signedWithToo, sequence))))
    throw new DerError("not a list");

  if (extensions !== undefined) {
    const [list, ...others] = elementsIn(der, extensions);
    if (others.length > 0) throw new DerError("not a list");
    for (const extension of elementsIn(der, expectTag(list, sequence))) refuseUnfit(der, extension);
  }
  const serials = entries === undefined ? new Set<string>() : serialsIn(der, entries);
  const holds = signatureCheck(der, signedWith);
  const [signed, seal] = [bytesOf(der, toBeSigned), der.subarray(signatureBits.start + 1, signatureBits.end)];
  const verdicts = new Map<string, boolean>();
  return {
    thisUpdate: instantOf(der, expectTag(thisUpdate, utcTime, generalizedTime)),
    nextUpdate: nextUpdate === undefined ? undefined : instantOf(der, nextUpdate),
    size: serials.size,
    names: (certificate) => serials.has(serialOf(certificate.raw)),
    isSignedBy(issuerCertificate) {
      const known = verdicts.get(issuerCertificate.fingerprint256);
      const verdict = known ?? holds(issuerCertificate, signed, seal);
      if (known === undefined) verdicts.set(issuerCertificate.fingerprint256, verdict);
      return verdict;
    },
  };
}

function serialsIn(der: Buffer, entries: DerElement): Set<string> {
  const serials = new Set<string>();
  for (const entry of elementsIn(der, entries)) {
    let place = 0;
    for (const part of elementsIn(der, expectTag(entry, sequence))) {
      if (place === 0) serials.add(numberAt(der, expectTag(part, integer)));
      if (place === 2) for (const extension of elementsIn(der, expectTag(part, sequence))) refuseCritical(der, readExtension(der, extension));
      place += 1;
    }
    if (place < 2 || place > 3) throw new DerError("not an entry");
  }
  return serials;
}

/** The serial number of a certificate: the first whole number in what was signed, behind the version. */
function serialOf(certificate: Buffer): string {
  const [tbs] = elementsIn(certificate, wholeElement(certificate));
  for (const field of elementsIn(certificate, expectTag(tbs, sequence))) if (field.tag === integer) return numberAt(certificate, field);
  throw new DerError("no serial number");
}

/** The bytes of a number as a key of a set; not every authority writes the same number of zeros in front. */
function numberAt(der: Buffer, { start, end }: DerElement): string {
  let first = start;
  while (first < end - 1 && der[first] === 0) first += 1;
  return der.toString("latin1", first, end);
}

interface Extension {
  readonly id: DerElement | undefined;
  readonly critical: boolean;
  readonly value: DerElement;
}

const issuingDistributionPoint = "2.5.29.28";
const deltaIndicator = "2.5.29.27";

function readExtension(der: Buffer, extension: DerElement): Extension {
  const [id, second, third] = elementsIn(der, expectTag(extension, sequence));
  if (second?.tag !== boolean) return { id, critical: false, value: expectTag(second, octetString) };
  return { id, critical: der[second.start] !== 0, value: expectTag(third, octetString) };
}

function refuseUnfit(der: Buffer, element: DerElement): void {
  const extension = readExtension(der, element);
  const id = oidOf(der, extension.id);
  if (id === deltaIndicator) throw unfit("names only what changed since another list (a delta list)");
  if (id !== issuingDistributionPoint) return refuseCritical(der, extension);
  // Which part of its certificates an authority speaks of does not matter: whatever is named, is named. But these may be another's.
  const [point] = elementsIn(der, extension.value);
  for (const part of elementsIn(der, expectTag(point, sequence)))
    if (part.tag === 0x84 && der[part.start] !== 0) throw unfit("names certificates of other authorities as well (an indirect list)");
}

function refuseCritical(der: Buffer, { critical, id }: Extension): void {
  if (critical) throw unfit(`has the critical extension ${oidOf(der, id)}, which we do not know`);
}

type Check = (issuer: X509Certificate, signed: Buffer, signature: Buffer) => boolean;

const hashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
const rsaPss = "1.2.840.113549.1.1.10";

/** How a signature with this algorithm is checked. */
function signatureCheck(der: Buffer, algorithm: DerElement): Check {
  const [id, parameters] = elementsIn(der, algorithm);
  const name = oidOf(der, id);
  const isPss = name === rsaPss;
  const hash = hashes[isPss ? pssHash(der, parameters) : name];
  if (hash === undefined) throw unfit(`is signed with an algorithm that we do not take (${name})`);
  const how: Omit<VerifyKeyObjectInput, "key"> = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO } : {};
  return ({ publicKey: key }, signed, signature) => {
    try {
      return verify(hash, signed, { key, ...how }, signature);
    } catch {
      // A key of another kind.
      return false;
    }
  };
}

/** RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm, … }; without it SHA-1 is meant. */
function pssHash(der: Buffer, parameters: DerElement | undefined): string {
  const [first] = elementsIn(der, expectTag(parameters, sequence));
  const [algorithm] = first?.tag === 0xa0 ? elementsIn(der, first) : [];
  const [id] = algorithm === undefined ? [] : elementsIn(der, algorithm);
  return id === undefined ? "SHA-1" : oidOf(der, id);
}

function oidOf(der: Buffer, element: DerElement | undefined): string {
  const { start, end } = expectTag(element, oid);
  if (start === end) throw new DerError("no identifier");
  return forge.asn1.derToOid(der.toString("latin1", start, end));
}

/** YYMMDDHHMMSSZ of the years 1950 to 2049, or YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5). @throws RangeError */
function instantOf(der: Buffer, { tag, start, end }: DerElement): Temporal.Instant {
  const text = der.toString("latin1", start, end);
  const century = tag === generalizedTime ? "" : text < "5" ? "20" : "19";
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + text);
  if (parts === null) throw new DerError("no time");
  const [, year, month, day, hour, minute, second] = parts;
  return Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function bytesOf(der: Buffer, { from, end }: DerElement): Buffer {
  return der.subarray(from, end);
}

function unfit(what: string) {
  return errors.ERR_REVOCATION_LIST_UNFIT({ message: `The revocation list ${what}.` });
}
