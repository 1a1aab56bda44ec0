import { beforeAll, describe, expect, it } from "vitest";
import { buildChain, certificateDer, certificatePem, classifyKeys, parseCertificate, splitPemBundle } from "./index.ts";
import { keyUsage, makeCertificate as make } from "./testing/make-certificate.ts";
import type { Made } from "./testing/make-certificate.ts";

const instant = Temporal.Instant.from("2026-11-22T10:00:00Z");

let [root, intermediate, qwac, qseal, falseRoot] = [] as unknown as Made[];

beforeAll(async () => {
  root = await make("CN=Test Root CA, C=FI", undefined, { ca: true });
  falseRoot = await make("CN=Test Root CA, C=FI", undefined, { ca: true });
  intermediate = await make("CN=Test Intermediate CA, C=FI", root, { ca: true });
  const usage = keyUsage("digitalSignature");
  qwac = await make("CN=TEST TPP, C=FI, OU=PSD2 Qualified Website Authentication, 2.5.4.97=PSDOP-TEST-1", intermediate, { extensions: [usage] });
  qseal = await make("CN=TEST TPP, C=FI, 2.5.4.97=PSDOP-TEST-1", intermediate, { extensions: [usage], notAfter: "2026-11-01T00:00:00Z" });
});

describe("parseCertificate", () => {
  it("reads an identifier that has no authority in it", () => {
    expect(parseCertificate(qwac!.base64)).toMatchObject({
      organizationIdentifier: "PSDOP-TEST-1",
      organizationalUnits: ["PSD2 Qualified Website Authentication"],
      serialNumber: "0102ab",
      keyUsage: ["digitalSignature"],
      psd2: undefined,
      isQualified: false,
    });
  });

  it.each(["", "not base64 !", "YWJj", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])("refuses %j with a code", (text) => {
    expect(() => parseCertificate(text)).toThrow(expect.objectContaining({ code: "ERR_CERTIFICATE_UNREADABLE" }));
  });
});

describe("encoding", () => {
  it("wraps PEM at 64 columns and reads it back, also from inside x5c", () => {
    const pem = certificatePem(certificateDer(qwac!.base64));
    expect(Math.max(...pem.split("\n").map((line) => line.length))).toBe(64);
    expect(certificateDer(pem).equals(certificateDer(qwac!.base64))).toBe(true);
    expect(parseCertificate(pem).thumbprint).toBe(parseCertificate(qwac!.base64).thumbprint);
  });

  it("splits a bundle", () => {
    const bundle = [qwac!, intermediate!, root!].map(({ base64 }) => certificatePem(certificateDer(base64))).join("# comment\n");
    expect(splitPemBundle(bundle).map((der) => parseCertificate(der).commonName)).toEqual(["TEST TPP", "Test Intermediate CA", "Test Root CA"]);
  });
});

describe("buildChain", () => {
  it("orders what is given in any order up to the trusted root", () => {
    const chain = buildChain(qwac!.base64, [root!.base64, intermediate!.base64], { now: instant, trustAnchors: [root!.base64] });
    expect(chain.certificates.map((certificate) => certificate.commonName)).toEqual(["TEST TPP", "Test Intermediate CA", "Test Root CA"]);
    expect(chain.problems).toEqual([]);
  });

  it("goes by the signature where two roots share a name", () => {
    const chain = buildChain(qwac!.base64, [falseRoot!.base64, intermediate!.base64], { now: instant, trustAnchors: [root!.base64] });
    expect(chain.problems).toEqual([]);
    const untrusted = buildChain(qwac!.base64, [intermediate!.base64], { now: instant, trustAnchors: [falseRoot!.base64] });
    expect(untrusted.problems).toEqual([{ reason: "issuer-missing", subject: "CN=Test Intermediate CA, C=FI" }]);
  });

  it("names what has expired, is not valid yet, or was issued by no authority", async () => {
    const reasons = (chain: ReturnType<typeof buildChain>) => chain.problems.map(({ reason }) => reason);
    expect(reasons(buildChain(qseal!.base64, [intermediate!.base64], { now: instant }))).toEqual(["expired"]);
    expect(reasons(buildChain(qwac!.base64, [], { now: Temporal.Instant.from("2025-01-01T00:00:00Z") }))).toEqual(["not-yet-valid"]);
    const child = await make("CN=child", qwac);
    expect(reasons(buildChain(child.base64, [qwac!.base64], { now: instant }))).toEqual(["issuer-not-a-ca"]);
    expect(reasons(buildChain(falseRoot!.base64, [], { now: instant, trustAnchors: [root!.base64] }))).toEqual(["not-trusted"]);
  });
});

describe("classifyKeys", () => {
  it("goes by the key id first", () => {
    expect(classifyKeys([{ kid: "qwac-a" }, { kid: "qeseal-b" }, { kid: "qwac-c" }, { kid: "qeseal-d" }])).toEqual(["qwac", "qsealc", "qwac", "qsealc"]);
    expect(classifyKeys([{ kid: "qeseal-b" }, { kid: "qwac-a" }])).toEqual(["qsealc", "qwac"]);
  });

  it("looks into the leaf when ids say nothing", () => {
    expect(
      classifyKeys([
        { kid: "AbCdEf", x5c: [qseal!.base64] },
        { kid: "LPE3AQ", x5c: [qwac!.base64] },
      ]),
    ).toEqual(["qsealc", "qwac"]);
  });

  it("falls back to the place", () => {
    expect(classifyKeys([{ kid: "a" }, { kid: "b" }])).toEqual(["qwac", "qsealc"]);
    expect(classifyKeys([{ kid: "qeseal-a" }, { kid: "b" }])).toEqual(["qsealc", "qwac"]);
    expect(classifyKeys([])).toEqual([]);
  });
});
