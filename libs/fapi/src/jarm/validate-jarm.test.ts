import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createJwksCache, publicJwk, signCompactJws, validateJarm } from "../index.ts";
import type { JsonObject, Jwk } from "../index.ts";
import { jarmRules } from "./rules/index.ts";

const now = Temporal.Instant.from("2026-11-29T10:00:00Z");
const at = now.epochMilliseconds / 1000;
const key = { ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), kid: "bank-1" } as Jwk;
const honest: JsonObject = { iss: "https://as.bank.example", aud: "client-1", exp: at + 60, code: "code", state: "state" };

async function outcome(change: JsonObject, spoil: (jws: string) => string = (jws) => jws): Promise<string> {
  const claims = Object.fromEntries(Object.entries({ ...honest, ...change }).filter(([, value]) => value !== undefined));
  const signed = spoil(await signCompactJws(claims, { key, alg: "ES256", kid: "bank-1" }));
  const jwks = createJwksCache({ load: async () => ({ keys: [publicJwk(key)] }), monotonicMs: () => 0 });
  return validateJarm(signed, { jwks, algorithms: ["ES256"] }, { issuer: "https://as.bank.example", clientId: "client-1", now }).then(
    () => "accepted",
    (error: { details: { reason: string } }) => error.details.reason,
  );
}

const cases: [title: string, change: JsonObject, result: string][] = [
  ["an honest answer", {}, "accepted"],
  ["OA-25 no iss", { iss: undefined }, "iss"],
  ["OA-25 another iss", { iss: "https://as.bank.example/" }, "iss"],
  ["OA-26 no aud", { aud: undefined }, "aud"],
  ["OA-26 another aud", { aud: "client-2" }, "aud"],
  ["OA-26 us and a stranger", { aud: ["client-1", "client-2"] }, "aud"],
  ["OA-26 us alone, as a list", { aud: ["client-1"] }, "accepted"],
  ["OA-27 no exp", { exp: undefined }, "exp"],
  ["OA-27 past", { exp: at - 61 }, "exp"],
  ["OA-27 a clock a minute off", { exp: at - 60 }, "accepted"],
];

describe("a signed authorization response", () => {
  it.each(cases)("%s: %s", async (_title, change, result) => {
    expect(await outcome(change)).toBe(result);
  });
  it("has a refused case for every rule", () => {
    expect(new Set(cases.map(([, , result]) => result).filter((result) => result !== "accepted"))).toEqual(new Set(Object.keys(jarmRules)));
  });
  it("OA-23 is not believed without a signature", async () => {
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    expect(await outcome({}, (jws) => `${none}.${jws.split(".")[1] ?? ""}.`)).toBe("malformed");
  });
  it("OA-52 is refused by its size, before it is read", async () => {
    expect(await outcome({ padding: "x".repeat(16_384) })).toBe("too-large");
  });
  it("OA-24 is not believed with another's", async () => {
    expect(await outcome({}, (jws) => `${jws.slice(0, -4)}AAAA`)).toBe("signature");
  });
});
