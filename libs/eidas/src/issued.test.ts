import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import forge from "node-forge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeAsn1, encodeAsn1, integer, octets, oid, sequence, set, tagged } from "./asn1.ts";
import { importCertificate, parseCertificate, readCertificateRequest, requestCertificate } from "./index.ts";
import type { CertificateRequest, CertificateRequestInput } from "./index.ts";
import type { QcStatements } from "./qc-statements.ts";
import { keyUsage, makeCertificate, qcStatements } from "./testing/make-certificate.ts";
import type { Made } from "./testing/make-certificate.ts";

const subject = { country: "FI", organization: "TEST TPP", commonName: "tpp.example.com", organizationIdentifier: "PSDFI-FINFSA-1234567-8" };
const asked: CertificateRequestInput = {
  purpose: "qwac",
  subject,
  psd2: { roles: ["PSP_AI", "PSP_PI"], ncaName: "Finnish Financial Supervisory Authority", ncaId: "FI-FINFSA" },
};
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const granted: QcStatements = { isQualified: true, types: ["web"], psd2: asked.psd2 };
const nameOf = (identifier: string): string => `C=FI, O=TEST TPP, 2.5.4.97=${identifier}, CN=tpp.example.com`;

let [root, intermediate, leaf] = [] as unknown as Made[];
let request: CertificateRequest;
const issue = (statements: QcStatements = granted, identifier = subject.organizationIdentifier, key = privateKey): Promise<Made> =>
  makeCertificate(nameOf(identifier), intermediate, { privateKey: key, extensions: [keyUsage("digitalSignature"), qcStatements(statements)] });
beforeAll(async () => {
  root = await makeCertificate("CN=Test Root CA, C=FI", undefined, { ca: true });
  intermediate = await makeCertificate("CN=Test Intermediate CA, C=FI", root, { ca: true });
  leaf = await issue();
  request = await readCertificateRequest(await requestCertificate(asked, privateKey));
});

/** RFC 5652 5.1, certificates only. */
function certsOnly(...certificates: Made[]): Buffer {
  const content = sequence(integer(1), set(), sequence(oid("1.2.840.113549.1.7.1")), tagged(certificates.map(({ der }) => decodeAsn1(der))), set());
  return encodeAsn1(sequence(oid("1.2.840.113549.1.7.2"), tagged([content])));
}

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
const names = (chainPem: readonly string[]): unknown[] => chainPem.map((each) => parseCertificate(each).commonName);
const whole = ["tpp.example.com", "Test Intermediate CA", "Test Root CA"];

describe("importCertificate", () => {
  it.each<[string, () => string | Uint8Array, readonly string[]]>([
    ["PEM in any order, with words around it", () => `issuer\n${root!.pem}0 s:CN=x\n${leaf!.pem}\r\n${intermediate!.pem}`, whole],
    ["the bytes of PEM", () => Buffer.from(leaf!.pem + intermediate!.pem), whole.slice(0, 2)],
    ["DER", () => leaf!.der, whole.slice(0, 1)],
    ["base64 of DER", () => leaf!.base64, whole.slice(0, 1)],
    ["PKCS#7 in DER", () => certsOnly(root!, leaf!, intermediate!), whole],
    ["PKCS#7 in PEM", () => pem("PKCS7", certsOnly(intermediate!, leaf!, root!)), whole],
    ["CMS in PEM", () => pem("CMS", certsOnly(intermediate!, leaf!, root!)), whole],
    ["base64 in lines, as EST answers", () => certsOnly(intermediate!, root!, leaf!).toString("base64").replaceAll(/.{76}/g, "$&\r\n"), whole],
    ["the bytes of that base64", () => Buffer.from(certsOnly(leaf!).toString("base64")), whole.slice(0, 1)],
  ])("reads %s, leaf first", (_what, input, chain) => {
    for (const issuedFor of [{}, { privateKey }, { request }, { privateKey, request }]) {
      const { certificate, chainPem } = importCertificate(input(), issuedFor);
      expect(names(chainPem)).toEqual(chain);
      expect(certificate.der.equals(leaf!.der)).toBe(true);
    }
  });

  it("leaves out what did not issue the leaf", async () => {
    const other = await makeCertificate("CN=other", undefined, { ca: true });
    expect(names(importCertificate(leaf!.pem + other.pem + intermediate!.pem, { privateKey }).chainPem)).toEqual(whole.slice(0, 2));
  });

  it("takes the later of two certificates of one key", async () => {
    const later = await makeCertificate(nameOf("PSDFI-FINFSA-1"), intermediate, { privateKey, notAfter: "2032-01-01T00:00:00Z" });
    expect(importCertificate(leaf!.pem + later.pem, { privateKey }).certificate.organizationIdentifier).toBe("PSDFI-FINFSA-1");
  });

  it("asks for the key where several could be meant", async () => {
    const other = await issue(granted, "PSDFI-FINFSA-2");
    expect(() => importCertificate(leaf!.pem + other.pem)).toThrow(
      expect.objectContaining({ code: "ERR_CERTIFICATE_UNREADABLE", message: expect.stringContaining("Several") }),
    );
    expect(names(importCertificate(leaf!.pem + leaf!.pem).chainPem)).toEqual(whole.slice(0, 1));
  });

  it.each<[string, () => string | Uint8Array]>([
    ["nothing", () => ""],
    ["words", () => "no certificate"],
    ["a key", () => privateKey.export({ type: "pkcs8", format: "pem" })],
    ["half of it", () => leaf!.der.subarray(0, 200)],
    ["a flood", () => leaf!.pem.repeat(400)],
    ["a crowd", () => intermediate!.pem.repeat(33)],
    ["an empty PKCS#7", () => certsOnly()],
    ["PKCS#7 of something else", () => encodeAsn1(sequence(oid("1.2.840.113549.1.7.1"), tagged([octets(Buffer.alloc(200))])))],
    ["PKCS#7 without its content", () => encodeAsn1(sequence(oid("1.2.840.113549.1.7.2"))).toString("base64")],
  ])("refuses %s", (_what, input) => {
    expect(() => importCertificate(input(), {})).toThrow(expect.objectContaining({ code: "ERR_CERTIFICATE_UNREADABLE" }));
  });

  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  it.each<[string, string, () => Promise<Made>]>([
    ["another key", "key", () => issue(granted, subject.organizationIdentifier, other)],
    ["another identifier", "organization-identifier", () => issue(granted, "PSDFI-FINFSA-7654321-0")],
    ["the type of a seal", "purpose", () => issue({ ...granted, types: ["eseal"] })],
    ["a role less", "roles", () => issue({ ...granted, psd2: { ...asked.psd2, roles: ["PSP_AI"] } })],
    ["a role more", "roles", () => issue({ ...granted, psd2: { ...asked.psd2, roles: ["PSP_AI", "PSP_PI", "PSP_IC"] } })],
    ["no roles", "roles", () => issue({ ...granted, psd2: undefined })],
  ])("refuses a certificate with %s than was asked for", async (_what, reason, make) => {
    const made = await make();
    expect(() => importCertificate(made.pem, { request })).toThrow(expect.objectContaining({ code: "ERR_CERTIFICATE_NOT_AS_ASKED", details: { reason } }));
  });

  it("refuses a key that is not the one of the request", () => {
    expect(() => importCertificate(leaf!.pem, { request, privateKey: other })).toThrow(expect.objectContaining({ details: { reason: "key" } }));
  });

  it("keeps the bytes of a certificate whose encoding says more than it must", () => {
    // An extension that spells out its default, critical = FALSE, is not DER and is met all the same.
    const spelled = decodeAsn1(leaf!.der);
    const extension = [0, -1, 0, -1].reduce((node, index) => (node.value as forge.asn1.Asn1[]).at(index)!, spelled);
    (extension.value as forge.asn1.Asn1[]).splice(1, 0, forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.BOOLEAN, false, "\0"));
    const bytes = encodeAsn1(spelled);
    expect(bytes.length).toBeGreaterThan(leaf!.der.length);
    expect(importCertificate(certsOnly({ ...leaf!, der: bytes })).certificate.der.equals(bytes)).toBe(true);
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)(`what OpenSSL packs${hasOpenssl ? "" : " (skipped: there is no openssl command)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "issued-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["DER", "PEM"])("is read as PKCS#7 in %s", (form) => {
    const path = join(folder, "chain.pem");
    writeFileSync(path, root!.pem + leaf!.pem + intermediate!.pem);
    const packed = execFileSync("openssl", ["crl2pkcs7", "-nocrl", "-certfile", path, "-outform", form]);
    expect(names(importCertificate(packed, { privateKey, request }).chainPem)).toEqual(whole);
  });
});
