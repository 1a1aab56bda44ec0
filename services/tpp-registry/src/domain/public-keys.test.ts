import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { publishedKeys, readPublicKey } from "./public-keys.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const named = { kid: "a", use: "sig" };

describe("what of a key is shown", () => {
  it.each([
    ["RSA", { ...privateKey.export({ format: "jwk" }), ...named }, { ...publicKey.export({ format: "jwk" }), ...named }],
    ["EC", { ...ec.export({ format: "jwk" }), ...named }, { ...ec.export({ format: "jwk" }), ...named, d: undefined }],
  ])("never a private part of %s, nor anything unknown", (_kty, sent, shown) => {
    const { key, leaked } = readPublicKey({ ...sent, secret: "s", "x5t#S256": "abc" });
    expect(key).toEqual({ ...shown, "x5t#S256": "abc" });
    expect(Object.keys(key ?? {})).not.toContain("d");
    expect(leaked).toBe(true);
  });

  it("says nothing of a leak where there is none", () => {
    expect(readPublicKey({ ...publicKey.export({ format: "jwk" }), ...named }).leaked).toBe(false);
  });

  it.each([
    ["a shared secret", { kty: "oct", k: "c2VjcmV0", kid: "a" }],
    ["a key without a name", { ...publicKey.export({ format: "jwk" }) }],
    ["half a key", { kty: "EC", crv: "P-256", x: "abc", kid: "a" }],
    ["a certificate of great length", { kty: "RSA", n: "a", e: "AQAB", kid: "a", x5c: ["A".repeat(20_004)] }],
  ])("%s is none", (_what, sent) => {
    expect(readPublicKey(sent).key).toBeNull();
  });
});

it("a retired key stays for so many days, one of receipts for good", () => {
  const retiredAt = Temporal.Instant.from("2026-01-01T00:00:00Z");
  const key = (kid: string) => ({ kty: "RSA", n: "a", e: "AQAB", kid }) as const;
  const known = [
    { jwk: key("old"), retiredAt, lasting: false },
    { jwk: key("receipts"), retiredAt, lasting: true },
    { jwk: key("new"), retiredAt: null, lasting: false },
  ];
  const shown = (hours: number) => publishedKeys(known, 30, retiredAt.add({ hours })).map(({ kid }) => kid);
  expect(shown(30 * 24 - 1)).toEqual(["old", "receipts", "new"]);
  expect(shown(30 * 24)).toEqual(["receipts", "new"]);
});
