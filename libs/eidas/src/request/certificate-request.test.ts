import { execFileSync, spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCertificateRequest, readCertificateRequest, requestCertificate } from "../index.ts";
import type { CertificateRequestInput, Psd2Role } from "../index.ts";

const input: CertificateRequestInput = {
  purpose: "qwac",
  subject: {
    country: "FI",
    organization: "Esimerkki Maksupalvelut Öy",
    commonName: "tpp.example.com",
    organizationIdentifier: "PSDFI-FINFSA-1234567-8",
    locality: "Jyväskylä",
    organizationalUnit: "Accounts & Payments",
  },
  psd2: { roles: ["PSP_AI", "PSP_PI"], ncaName: "Finnish Financial Supervisory Authority", ncaId: "FI-FINFSA" },
  dnsNames: ["tpp.example.com", "tpp2.example.com"],
};
const { dnsNames: _dnsNames, ...unnamed } = input;
const seal: CertificateRequestInput = { ...unnamed, purpose: "qsealc" };
const keys = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  ec: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
};
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe("createCertificateRequest", () => {
  it.each([
    ["rsa-2048", "rsa", { modulusLength: 2048 }],
    ["rsa-3072", "rsa", { modulusLength: 3072 }],
    ["rsa-4096", "rsa", { modulusLength: 4096 }],
    ["p-256", "ec", { namedCurve: "prime256v1" }],
  ] as const)("makes a key of %s and a request that it signs", async (key, type, details) => {
    const { csrPem, privateKey } = await createCertificateRequest({ ...input, key });
    expect(privateKey.asymmetricKeyType).toBe(type);
    expect(privateKey.asymmetricKeyDetails).toMatchObject(details);
    const read = await readCertificateRequest(csrPem);
    expect(read.publicKey.equals(createPublicKey(privateKey))).toBe(true);
    expect(read).toMatchObject({ subject: input.subject, psd2: input.psd2, dnsNames: input.dnsNames });
  });

  it("refuses an unknown kind of key", async () => {
    await expect(createCertificateRequest({ ...input, key: "rsa-1024" as "rsa-2048" })).rejects.toMatchObject({ code: "ERR_CERTIFICATE_REQUEST_INVALID" });
  });
});

describe("requestCertificate", () => {
  it.each([
    ["rsa", ["digitalSignature", "keyEncipherment"]],
    ["ec", ["digitalSignature"]],
  ] as const)("asks for a QWAC of an %s key with the usages of TLS", async (type, keyUsage) => {
    await expect(readCertificateRequest(await requestCertificate(input, keys[type]))).resolves.toMatchObject({
      isQualified: true,
      qcTypes: ["web"],
      keyUsage,
      extendedKeyUsage: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
    });
  });

  it.each(["rsa", "ec"] as const)("asks for a QSealC of an %s key with the usages of a seal alone", async (type) => {
    await expect(readCertificateRequest(await requestCertificate(seal, keys[type]))).resolves.toMatchObject({
      isQualified: true,
      qcTypes: ["eseal"],
      keyUsage: ["digitalSignature", "nonRepudiation"],
      extendedKeyUsage: [],
      dnsNames: [],
    });
  });

  const { subject, psd2 } = input;
  it.each<[string, CertificateRequestInput, string]>([
    ["a country in words", { ...input, subject: { ...subject, country: "Finland" } }, "country (C)"],
    ["a country in small letters", { ...input, subject: { ...subject, country: "fi" } }, "country (C)"],
    ["no name", { ...input, subject: { ...subject, organization: " " } }, "organization (O) is empty"],
    ["a name too long", { ...input, subject: { ...subject, commonName: "ä".repeat(65) } }, "common name (CN) has 65 characters; 64"],
    ["a line break", { ...input, subject: { ...subject, organizationalUnit: "a\nb" } }, "unit (OU)"],
    ["half a character", { ...input, subject: { ...subject, locality: "\uD800" } }, "locality (L)"],
    ["a space at the end", { ...input, subject: { ...subject, commonName: "tpp " } }, "begins or ends with a space"],
    ["an identifier of a sandbox", { ...input, subject: { ...subject, organizationIdentifier: "PSDOP-TEST-TPP" } }, "OP-TEST, but the authority"],
    ["an identifier of another form", { ...input, subject: { ...subject, organizationIdentifier: "VATFI-12345678" } }, "not of the form PSDFI"],
    ["an authority of another country", { ...input, psd2: { ...psd2, ncaId: "SE-FINA" } }, "named as another one"],
    ["an id of no authority", { ...input, psd2: { ...psd2, ncaId: "FINFSA" } }, "not of the form FI-FINFSA"],
    ["an authority without name", { ...input, psd2: { ...psd2, ncaName: "" } }, "name of the authority is empty"],
    ["no role", { ...input, psd2: { ...psd2, roles: [] } }, "No PSD2 role"],
    ["a role twice", { ...input, psd2: { ...psd2, roles: ["PSP_AI", "PSP_AI"] } }, "twice"],
    ["an unknown role", { ...input, psd2: { ...psd2, roles: ["AIS" as Psd2Role] } }, "none of PSP_AS"],
    ["a host name for a seal", { ...seal, dnsNames: ["tpp.example.com"] }, "Only a QWAC"],
    ["a wildcard", { ...input, dnsNames: ["*.example.com"] }, "wildcards"],
    ["a host name not in ASCII", { ...input, dnsNames: ["pörssi.example"] }, "in ASCII"],
    ["a crowd of host names", { ...input, dnsNames: Array.from({ length: 51 }, (_, index) => `h${index}.example.com`) }, "More than 50"],
  ])("refuses %s, saying what is wrong", async (_what, wrong, sentence) => {
    const refused = expect.objectContaining({ code: "ERR_CERTIFICATE_REQUEST_INVALID", message: expect.stringContaining(sentence) });
    await expect(requestCertificate(wrong, keys.ec)).rejects.toEqual(refused);
  });

  it("names every fault at once", async () => {
    const wrong = { ...input, subject: { ...subject, country: "x" }, psd2: { ...psd2, roles: [] } };
    await expect(requestCertificate(wrong, keys.ec)).rejects.toMatchObject({ details: { faults: [expect.any(String), expect.any(String)] } });
  });

  it.each([
    ["too short", generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey],
    ["of another curve", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
    ["of another kind", generateKeyPairSync("ed25519").privateKey],
    ["public", createPublicKey(keys.rsa)],
  ])("refuses a key that is %s", async (_what, key) => {
    await expect(requestCertificate(input, key)).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_REQUEST_INVALID",
      message: expect.stringContaining("The key"),
    });
  });

  it("keeps names in letters of any language, in both kinds of request", async () => {
    const letters = fc
      .string({
        unit: fc.oneof(fc.constantFrom(...Array.from("äöåÄÖÅßéñçøłžџжΩ日本 &'\"\\,+=#<>;.*@_-")), fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 })),
        minLength: 1,
        maxLength: 20,
      })
      .filter((text) => text.trim() === text && text !== "" && Array.from(text).length <= 64 && !/\p{Cc}/u.test(text) && text.isWellFormed());
    const requests = fc.record({
      organization: letters,
      commonName: letters,
      locality: letters,
      organizationalUnit: letters,
      ncaName: letters,
      type: fc.constantFrom("rsa", "ec"),
    });
    await fc.assert(
      fc.asyncProperty(requests, async ({ ncaName, type, ...names }) => {
        const asked = { ...input, subject: { ...subject, ...names }, psd2: { ...psd2, ncaName } };
        const read = await readCertificateRequest(await requestCertificate(asked, keys[type]));
        expect(read).toMatchObject({ subject: asked.subject, psd2: asked.psd2 });
      }),
      { numRuns: 100 },
    );
  });
});

describe("readCertificateRequest", () => {
  it.each(["rsa", "ec"] as const)("refuses an %s request in which one byte was changed", async (type) => {
    const der = Buffer.from((await requestCertificate(input, keys[type])).replaceAll(/-----.+-----|\s/g, ""), "base64");
    der[der.indexOf("Jyv")] = "K".charCodeAt(0);
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    await expect(readCertificateRequest(changed)).rejects.toMatchObject({ code: "ERR_CERTIFICATE_REQUEST_UNREADABLE", details: { reason: "signature" } });
  });

  it.each([
    "",
    "MIIB",
    "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----",
    `${" ".repeat(70_000)}-----BEGIN CERTIFICATE REQUEST-----`,
  ])("refuses what is no request (%#)", async (text) => {
    await expect(readCertificateRequest(text)).rejects.toMatchObject({ code: "ERR_CERTIFICATE_REQUEST_UNREADABLE", details: { reason: "format" } });
  });
});

describe.skipIf(!hasOpenssl)(`OpenSSL on our requests${hasOpenssl ? "" : " (skipped: there is no openssl command)"}`, () => {
  it.each(["rsa", "ec"] as const)("verifies and reads an %s request", async (type) => {
    const csrPem = await requestCertificate(input, keys[type]);
    const verified = spawnSync("openssl", ["req", "-verify", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space"], { input: csrPem, encoding: "utf8" });
    expect(`${verified.stdout}${verified.stderr}`).toMatch(/self-signature verify OK/i);
    expect(verified.stdout).toContain(
      "C=FI, L=Jyväskylä, O=Esimerkki Maksupalvelut Öy, organizationIdentifier=PSDFI-FINFSA-1234567-8, OU=Accounts & Payments, CN=tpp.example.com",
    );
    expect(verified.stdout).toContain("DNS:tpp.example.com, DNS:tpp2.example.com");
    expect(verified.stdout).toContain("TLS Web Server Authentication, TLS Web Client Authentication");
    expect(verified.stdout).toContain("qcStatements");
  });

  it.each(["rsa", "ec"] as const)("finds UTF8String in an %s request where text is not plain, else PrintableString", async (type) => {
    const parsed = execFileSync("openssl", ["asn1parse"], { input: await requestCertificate(input, keys[type]), encoding: "utf8" });
    expect(parsed).toMatch(/PRINTABLESTRING\s+:FI\b/);
    expect(parsed).toMatch(/PRINTABLESTRING\s+:PSDFI-FINFSA-1234567-8/);
    expect(parsed).toMatch(/UTF8STRING\s+:Jyv/);
    expect(parsed).toMatch(/UTF8STRING\s+:Accounts & Payments/);
  });
});
