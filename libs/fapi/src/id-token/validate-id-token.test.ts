import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createJwksCache, hashClaim, publicJwk, signCompactJws, validateIdToken } from "../index.ts";
import type { Jwk, JsonObject } from "../index.ts";
import { epochSeconds } from "./rule.ts";
import type { IdTokenExpectations } from "./rule.ts";
import { idTokenRules } from "./rules/index.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const at = epochSeconds(now);
const key = { ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), kid: "bank-1" } as Jwk;
const stranger = { ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), kid: "bank-1" } as Jwk;

const base = {
  issuer: "https://authorize.bank.example",
  clientId: "client-1",
  now,
  isNonce: (told: string): boolean => told === "nonce-1",
  code: "code-1",
  state: "state-1",
  intent: { claim: "authorizationId", value: "intent-1" },
  acrValues: ["urn:openbanking:psd2:sca"],
};
const front: IdTokenExpectations = { ...base, channel: "front" };
const token: IdTokenExpectations = { ...base, channel: "token", accessToken: "at-1", refreshToken: "rt-1", subject: "psu-1" };
const refresh: IdTokenExpectations = { ...token, channel: "refresh" };
const { isNonce: _isNonce, ...nonceless } = token;

const frontClaims: JsonObject = {
  iss: base.issuer,
  aud: "client-1",
  exp: at + 300,
  iat: at,
  nonce: "nonce-1",
  sub: "psu-1",
  authorizationId: "intent-1",
  acr: "urn:openbanking:psd2:sca",
  c_hash: hashClaim("code-1", "ES256"),
  s_hash: hashClaim("state-1", "ES256"),
};
const { c_hash: _c, s_hash: _s, nonce: _n, ...common } = frontClaims;
const tokenClaims: JsonObject = { ...common, at_hash: hashClaim("at-1", "ES256"), rt_hash: hashClaim("rt-1", "ES256") };

function keys(load: () => unknown = () => ({ keys: [publicJwk(key)] })) {
  let ms = 0;
  return { algorithms: ["ES256"] as const, jwks: createJwksCache({ load: async () => load(), monotonicMs: () => (ms += 61_000) }) };
}

/** Claims with some replaced; `undefined` removes one. */
function claimsWith(claims: JsonObject, changes: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== undefined));
}

async function outcome(claims: JsonObject, expected: IdTokenExpectations, typ?: string): Promise<string> {
  const signed = await signCompactJws(claims, { key, alg: "ES256", kid: "bank-1", ...(typ === undefined ? {} : { typ }) });
  return validateIdToken(signed, keys(), expected).then(
    () => "accepted",
    (error: { code: string; details: { reason: string } }) => `${error.code === "ERR_ID_TOKEN_REFUSED" ? "" : error.code}${error.details.reason}`,
  );
}

const channels = { front: [frontClaims, front], token: [tokenClaims, token], refresh: [tokenClaims, refresh] } as const;

describe.each(Object.entries(channels))("%s channel", (channel, [claims, expected]) => {
  const isFront = channel === "front";
  const isRefresh = channel === "refresh";
  const rows: [title: string, changes: JsonObject, result: string][] = [
    ["a good token", {}, "accepted"],
    ["OA-29 wrong iss", { iss: "https://evil.example" }, "iss"],
    ["OA-29 iss with a trailing slash", { iss: `${base.issuer}/` }, "iss"],
    ["OA-29 missing iss", { iss: undefined }, "iss"],
    ["OA-30 wrong aud", { aud: "client-2" }, "aud"],
    ["OA-30 missing aud", { aud: undefined }, "aud"],
    ["OA-31 a second audience", { aud: ["client-1", "stranger"] }, "aud"],
    ["OA-31 a second audience with azp", { aud: ["client-1", "stranger"], azp: "client-1" }, "accepted"],
    ["OA-31 a second audience with azp of it", { aud: ["client-1", "stranger"], azp: "stranger" }, "aud"],
    ["OA-31 azp of another", { azp: "stranger" }, "aud"],
    ["OA-32 aud as an array of one", { aud: ["client-1"] }, "accepted"],
    ["OA-33 exp missing", { exp: undefined }, "exp"],
    ["OA-33 exp two minutes past", { exp: at - 120 }, "accepted"],
    ["OA-33 exp a second more than two minutes past", { exp: at - 121 }, "exp"],
    ["OA-33 exp five minutes past", { exp: at - 300 }, "exp"],
    ["OA-33 exp a second more than five minutes past", { exp: at - 301 }, "exp"],
    ["OA-33 exp as text", { exp: String(at + 300) }, "exp"],
    ["OA-34 iat a week old", { iat: at - 604_800 }, "iat"],
    ["OA-34 iat missing", { iat: undefined }, "iat"],
    ["OA-70 ten seconds ahead", { iat: at + 10 }, "accepted"],
    ["OA-70 more than a minute ahead", { iat: at + 61, exp: at + 400 }, "clock"],
    ["nbf reached", { nbf: at }, "accepted"],
    ["nbf in ten minutes", { nbf: at + 600 }, "nbf"],
    ["nbf as text", { nbf: "now" }, "nbf"],
    ["OA-35 wrong nonce", { nonce: "nonce-2" }, "nonce"],
    ["OA-35 missing nonce", { nonce: undefined }, isFront ? "nonce" : "accepted"],
    ["OA-35 the nonce again", { nonce: "nonce-1" }, "accepted"],
    ["OA-35 a nonce that is no text", { nonce: ["nonce-1"] }, "nonce"],
    ["OA-36 wrong s_hash", { s_hash: hashClaim("state-2", "ES256") }, "s_hash"],
    ["OA-36 missing s_hash", { s_hash: undefined }, isFront ? "s_hash" : "accepted"],
    ["OA-37 wrong c_hash", { c_hash: hashClaim("code-2", "ES256") }, "c_hash"],
    ["OA-37 missing c_hash", { c_hash: undefined }, isFront ? "c_hash" : "accepted"],
    ["OA-38 wrong at_hash", { at_hash: hashClaim("at-2", "ES256") }, "at_hash"],
    ["OA-38 absent at_hash", { at_hash: undefined }, "accepted"],
    ["wrong rt_hash", { rt_hash: hashClaim("rt-2", "ES256") }, "rt_hash"],
    ["absent rt_hash", { rt_hash: undefined }, "accepted"],
    ["OA-49 another intent", { authorizationId: "intent-2" }, "intent"],
    ["OA-49 missing intent", { authorizationId: undefined }, isRefresh ? "accepted" : "intent"],
    ["OA-50 missing sub", { sub: undefined }, "sub"],
    ["OA-50 empty sub", { sub: "" }, "sub"],
    ["OA-63 another sub than before", { sub: "psu-2" }, isFront ? "accepted" : "sub"],
    ["OA-51 a logout token", { events: { "http://schemas.openid.net/event/backchannel-logout": {} } }, "token-kind"],
    ["weak authentication", { acr: "urn:openbanking:psd2:ca" }, "acr"],
    ["no acr", { acr: undefined }, isRefresh ? "accepted" : "acr"],
  ];
  it.each(rows)("%s", async (_title, changes, result) => {
    expect(await outcome(claimsWith(claims, changes), expected)).toBe(result);
  });

  it("OA-51 a token with the type of an access token", async () => {
    expect(await outcome(claims, expected, "at+jwt")).toBe("token-kind");
    expect(await outcome(claims, expected, "JWT")).toBe("accepted");
  });
});

describe.each(["only", "refresh"] as const)("%s channel, after a request without a nonce", (channel) => {
  it.each([
    ["no nonce", {}, "accepted"],
    ["OA-35 any nonce", { nonce: "nonce-1" }, "nonce"],
  ] as const)("%s", async (_title, changes, result) => {
    expect(await outcome(claimsWith(tokenClaims, changes), { ...nonceless, channel })).toBe(result);
  });
});

describe("an encrypted ID token", () => {
  const encrypted = (length: number) => ["e30", "a".repeat(length), "b", "c", "d"].join(".");
  it.each([
    ["OA-48 is refused unopened", encrypted(256), "encrypted"],
    ["OA-48 is refused unopened without a key of its own", encrypted(0), "encrypted"],
    ["OA-52 of a megabyte is refused by its size", encrypted(1_000_000), "too-large"],
  ])("%s", async (_title, token, reason) => {
    await expect(validateIdToken(token, keys(), front)).rejects.toMatchObject({ code: "ERR_ID_TOKEN_REFUSED", details: { reason } });
  });
});

describe("validateIdToken and the keys", () => {
  it("OA-42 refuses another key under the same id, without asking for keys again", async () => {
    let loads = 0;
    const signed = await signCompactJws(frontClaims, { key: stranger, alg: "ES256", kid: "bank-1" });
    const given = keys(() => {
      loads += 1;
      return { keys: [publicJwk(key)] };
    });
    await expect(validateIdToken(signed, given, front)).rejects.toMatchObject({ details: { reason: "signature" } });
    expect(loads).toBe(1);
  });

  it("OA-43 loads the keys once more for an unknown kid, then refuses", async () => {
    let loads = 0;
    const signed = await signCompactJws(frontClaims, { key, alg: "ES256", kid: "bank-9" });
    const given = keys(() => {
      loads += 1;
      return { keys: [publicJwk(key)] };
    });
    await expect(validateIdToken(signed, given, front)).rejects.toMatchObject({ code: "ERR_ID_TOKEN_REFUSED", details: { reason: "unknown-key" } });
    expect(loads).toBe(2);
  });

  it("OA-44 accepts a key that was rotated just before signing", async () => {
    let loads = 0;
    const next = { ...key, kid: "bank-2" };
    const signed = await signCompactJws(frontClaims, { key: next, alg: "ES256", kid: "bank-2" });
    const given = keys(() => ({ keys: [publicJwk((loads += 1) === 1 ? key : next)] }));
    await expect(validateIdToken(signed, given, front)).resolves.toMatchObject({ sub: "psu-1" });
  });

  it("says unavailable, not refused, when there are no keys to judge by", async () => {
    const signed = await signCompactJws(frontClaims, { key, alg: "ES256", kid: "bank-1" });
    const given = keys(() => {
      throw new Error("down");
    });
    await expect(validateIdToken(signed, given, front)).rejects.toMatchObject({ code: "ERR_JWKS_UNAVAILABLE", kind: "unavailable" });
  });

  it("has a refusing case above for every rule of the table", () => {
    expect(Object.keys(idTokenRules)).toEqual([
      "token-kind",
      "iss",
      "aud",
      "exp",
      "iat",
      "clock",
      "nbf",
      "nonce",
      "sub",
      "intent",
      "acr",
      "c_hash",
      "s_hash",
      "at_hash",
      "rt_hash",
    ]);
  });
});
