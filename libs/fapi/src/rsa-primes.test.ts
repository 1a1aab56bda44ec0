import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { completeRsaPrivateJwk, signCompactJws, verifyCompactJws } from "./index.ts";
import type { Jwk } from "./index.ts";
import { publicJwk } from "./jwk.ts";

function stripped(modulusLength: number): { full: Jwk; bare: Jwk } {
  const full = generateKeyPairSync("rsa", { modulusLength }).privateKey.export({ format: "jwk" }) as Jwk;
  const { n, e, d } = full;
  return { full, bare: { kty: "RSA", n: String(n), e: String(e), d: String(d), kid: "k" } };
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [modulus, value, 0n, 1n];
  while (r1 !== 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return ((s0 % modulus) + modulus) % modulus;
}

describe("completeRsaPrivateJwk", () => {
  it.each([1024, 2048])("finds the primes of a %i bit key again", (bits) => {
    const { full, bare } = stripped(bits);
    const completed = completeRsaPrivateJwk(bare);
    expect(new Set([completed.p, completed.q])).toEqual(new Set([full.p, full.q]));
    expect(() => createPrivateKey({ key: completed, format: "jwk" })).not.toThrow();
  });

  it.each([
    ["the smallest private exponent", 1n, 0n],
    ["the one modulo (p-1)(q-1)", 0n, 0n],
    ["a private exponent far beyond both, by the slower way", 1n, 1n << 900n],
  ])("finds them with %s", (_what, least, beyond) => {
    for (let round = 0; round < 10; round += 1) {
      const { full, bare } = stripped(1024);
      const [p, q, e] = [full.p, full.q, full.e].map((member) => BigInt(`0x${Buffer.from(String(member), "base64url").toString("hex")}`)) as [
        bigint,
        bigint,
        bigint,
      ];
      const period = least === 1n ? ((p - 1n) * (q - 1n)) / divisor(p - 1n, q - 1n) : (p - 1n) * (q - 1n);
      const hex = (inverse(e, period) + beyond * period).toString(16);
      const d = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
      const completed = completeRsaPrivateJwk({ ...bare, d });
      expect(new Set([completed.p, completed.q])).toEqual(new Set([full.p, full.q]));
    }
  });

  it("gives a key that signs what its public half verifies", async () => {
    const { bare } = stripped(2048);
    const token = await signCompactJws({ a: 1 }, { key: completeRsaPrivateJwk(bare), alg: "PS256", kid: "k" });
    await expect(verifyCompactJws(token, { jwks: { keys: [publicJwk(bare)] }, algorithms: ["PS256"] })).resolves.toMatchObject({
      payload: { a: 1 },
    });
  });

  it("leaves other keys and complete keys alone", () => {
    const { full } = stripped(1024);
    expect(completeRsaPrivateJwk(full)).toBe(full);
    const ec: Jwk = { kty: "EC", crv: "P-256", x: "a", y: "b", d: "c" };
    expect(completeRsaPrivateJwk(ec)).toBe(ec);
  });

  it("refuses members that do not belong together", () => {
    const [a, b] = [stripped(1024), stripped(1024)];
    expect(() => completeRsaPrivateJwk({ ...a.bare, d: String(b.bare.d) })).toThrow(/cannot be used/);
    const { n: _n, ...withoutModulus } = a.bare;
    expect(() => completeRsaPrivateJwk(withoutModulus as Jwk)).toThrow(/cannot be used/);
  });
});
