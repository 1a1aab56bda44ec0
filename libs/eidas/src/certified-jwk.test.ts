import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certificateDer, certifiedJwk, jwkThumbprint, keyIdRules, parseCertificate } from "./index.ts";
import { makeCertificate } from "./testing/make-certificate.ts";

const keys = {
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  EC: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
} as const;
const issuer = await makeCertificate("CN=Test CA", undefined, { ca: true });
const leaves = {
  RSA: await makeCertificate("CN=tpp", issuer, { privateKey: keys.RSA }),
  EC: await makeCertificate("CN=tpp", issuer, { privateKey: keys.EC }),
};

describe("certifiedJwk", () => {
  it.each([
    ["RSA", ["alg", "e", "kid", "kty", "n", "use", "x5c", "x5t#S256"]],
    ["EC", ["alg", "crv", "kid", "kty", "use", "x", "x5c", "x5t#S256", "y"]],
  ] as const)("shows an %s key with its chain and nothing private", (kty, members) => {
    const jwk = certifiedJwk({ chainPem: [leaves[kty].pem, issuer.pem], kid: "k", use: "sig", alg: "PS256", key: keys[kty] });
    expect(Object.keys(jwk).toSorted()).toEqual(members);
    expect(jwk).toMatchObject({
      kid: "k",
      use: "sig",
      alg: "PS256",
      x5c: [leaves[kty].base64, issuer.base64],
      "x5t#S256": parseCertificate(leaves[kty].pem).thumbprint,
    });
    expect(createPublicKey({ key: { ...jwk }, format: "jwk" }).equals(createPublicKey(keys[kty]))).toBe(true);
    expect(certificateDer(jwk.x5c[0] ?? "").equals(leaves[kty].der)).toBe(true);
  });

  it("takes the public half as well, or no key at all", () => {
    const input = { chainPem: [leaves.EC.pem], kid: "k", use: "sig" } as const;
    expect(certifiedJwk({ ...input, key: createPublicKey(keys.EC) })).toEqual(certifiedJwk(input));
  });

  it("refuses another key, and a key without certificate", () => {
    const wrong = () => certifiedJwk({ chainPem: [leaves.RSA.pem], kid: "k", use: "sig", key: keys.EC });
    expect(wrong).toThrow(expect.objectContaining({ code: "ERR_CERTIFICATE_NOT_AS_ASKED", details: { reason: "key" } }));
    expect(() => certifiedJwk({ chainPem: [], kid: "k", use: "sig" })).toThrow(expect.objectContaining({ code: "ERR_CERTIFICATE_UNREADABLE" }));
  });
});

describe("key ids", () => {
  const certificate = parseCertificate(leaves.EC.pem);

  it("follow RFC 7638 3.1 in its own example", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(jwkThumbprint(createPublicKey({ key: { kty: "RSA", n, e: "AQAB" }, format: "jwk" }))).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  });

  it("of a key are the same for both of its halves and each of its certificates", async () => {
    const renewed = await makeCertificate("CN=tpp", issuer, { privateKey: keys.EC, notAfter: "2032-01-01T00:00:00Z" });
    expect(keyIdRules["jwk-thumbprint"](parseCertificate(renewed.pem))).toBe(jwkThumbprint(keys.EC));
    expect(keyIdRules["jwk-thumbprint"](certificate)).toBe(jwkThumbprint(createPublicKey(keys.EC)));
    expect(keyIdRules["certificate-thumbprint"](certificate)).not.toBe(parseCertificate(renewed.pem).thumbprint);
  });

  it("of a certificate are its hashes", () => {
    expect(keyIdRules["certificate-thumbprint"](certificate)).toBe(certificate.thumbprint);
    expect(Buffer.from(keyIdRules["certificate-sha1"](certificate), "base64url")).toHaveLength(20);
  });

  it.each([
    ["0102ab", "qwac", "qwac-AQKr"],
    ["0102ab", "qsealc", "qeseal-AQKr"],
    ["00ff02ab01", "qwac", "qwac-_wKrAQ"],
    ["2cf13701", "qsealc", "qeseal-LPE3AQ"],
    ["1", "qwac", "qwac-AQ"],
  ] as const)("of the serial number %s as %s are %s", (serialNumber, purpose, kid) => {
    expect(keyIdRules["purpose-and-serial"]({ ...certificate, serialNumber }, purpose)).toBe(kid);
  });
});
