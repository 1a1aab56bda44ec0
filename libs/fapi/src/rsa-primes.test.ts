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

describe("completeRsaPrivateJwk", () => {
  it.each([1024, 2048])("finds the primes of a %i bit key again", (bits) => {
    const { full, bare } = stripped(bits);
    const completed = completeRsaPrivateJwk(bare);
    expect(new Set([completed.p, completed.q])).toEqual(new Set([full.p, full.q]));
    expect(() => createPrivateKey({ key: completed, format: "jwk" })).not.toThrow();
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
