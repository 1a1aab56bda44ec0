import { generateKeyPairSync, sign as rawSign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { publicJwk, signCompactJws, signDetachedJws, verifyCompactJws, verifyDetachedJws } from "./index.ts";
import type { Jwk, JwsAlgorithm } from "./index.ts";

function keyFor(alg: JwsAlgorithm, kid = alg.toLowerCase()): Jwk {
  const pair =
    alg === "EdDSA"
      ? generateKeyPairSync("ed25519")
      : alg === "ES256"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...pair.privateKey.export({ format: "jwk" }), kid, alg, use: "sig" };
}

const rsa = keyFor("RS256", "rsa-1");
const ec = keyFor("ES256", "ec-1");
const ed = keyFor("EdDSA", "consent");
const jwks = { keys: [rsa, ec, ed].map(publicJwk) };
const all = ["RS256", "PS256", "ES256", "EdDSA"] as const;

function encode(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** A token with any header, honestly signed, to reach the rules behind the signature. */
function handmade(header: unknown, payload: unknown = { a: 1 }, key: Jwk = ec): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = rawSign("sha256", Buffer.from(input), { key: key as never, format: "jwk", dsaEncoding: "ieee-p1363" } as never);
  return `${input}.${signature.toString("base64url")}`;
}

/** A token that verifies with the key in its own header. */
function broughtAlong(kid: string): string {
  const own = keyFor("ES256", kid);
  return handmade({ alg: "ES256", kid, jwk: publicJwk(own), jku: "https://evil.example/jwks.json" }, { a: 1 }, own);
}

describe("signCompactJws and verifyCompactJws", () => {
  it.each([
    ["RS256", rsa],
    ["ES256", ec],
    ["EdDSA", ed],
  ] as const)("round trip with %s", async (alg, key) => {
    const token = await signCompactJws({ iss: "us", n: 1 }, { key, alg, kid: String(key.kid), typ: "JWT" });
    const { header, payload } = await verifyCompactJws(token, { jwks, algorithms: [alg], typ: "jwt" });
    expect(header).toEqual({ alg, kid: key.kid, typ: "JWT" });
    expect(payload).toEqual({ iss: "us", n: 1 });
  });

  it("signs PS256 with an RSA key whose JWK names another algorithm", async () => {
    const token = await signCompactJws({ a: 1 }, { key: rsa, alg: "PS256", kid: "rsa-1" });
    const { alg: _alg, ...plain } = publicJwk(rsa);
    await expect(verifyCompactJws(token, { jwks: { keys: [plain as Jwk] }, algorithms: ["PS256"] })).resolves.toMatchObject({
      payload: { a: 1 },
    });
  });

  it("does not freeze or change the keys it is given", async () => {
    const key = { ...ec };
    await signCompactJws({ a: 1 }, { key, alg: "ES256", kid: "ec-1" });
    expect(Object.isFrozen(key)).toBe(false);
  });

  it("refuses to sign with a key of another type", async () => {
    await expect(signCompactJws({}, { key: ec, alg: "RS256", kid: "x" })).rejects.toMatchObject({ code: "ERR_KEY_UNUSABLE" });
  });
});

describe("what verification refuses", () => {
  const cases: [title: string, token: () => string | Promise<string>, reason: string][] = [
    ["OA-39 alg none", () => `${encode({ alg: "none" })}.${encode({ a: 1 })}.x`, "algorithm"],
    ["OA-39 alg nOnE", () => `${encode({ alg: "nOnE" })}.${encode({ a: 1 })}.x`, "algorithm"],
    ["OA-39 alg none without signature", () => `${encode({ alg: "none" })}.${encode({ a: 1 })}.`, "malformed"],
    ["OA-41 HS256 keyed with a public key", () => `${encode({ alg: "HS256", kid: "rsa-1" })}.${encode({ a: 1 })}.eHg`, "algorithm"],
    ...(["RS256", "ES256"] as const).map((alg): [string, () => Promise<string>, string] => [
      `OA-42 broken signature by ${alg}`,
      async () => {
        const [key, kid] = alg === "ES256" ? [ec, "ec-1"] : [rsa, "rsa-1"];
        const [header, payload, signature] = (await signCompactJws({ a: 1 }, { key, alg, kid })).split(".");
        const bytes = Buffer.from(String(signature), "base64url");
        bytes[5] = (bytes[5] ?? 0) ^ 1;
        return `${header}.${payload}.${bytes.toString("base64url")}`;
      },
      "signature",
    ]),
    [
      "OA-42 changed payload",
      async () => {
        const [header, , signature] = (await signCompactJws({ a: 1 }, { key: ec, alg: "ES256", kid: "ec-1" })).split(".");
        return `${header}.${encode({ a: 2 })}.${signature}`;
      },
      "signature",
    ],
    ["OA-43 unknown kid", () => handmade({ alg: "ES256", kid: "stranger" }), "unknown-key"],
    ["OA-46 signed by the stranger's key in its header, under a name of its own", () => broughtAlong("stranger"), "unknown-key"],
    ["OA-46 signed by the stranger's key in its header, under the name of ours", () => broughtAlong("ec-1"), "signature"],
    ["OA-47 unknown crit", () => handmade({ alg: "ES256", kid: "ec-1", crit: ["exp"], exp: 1 }), "critical-header"],
    ["OA-47 unencoded payload option", () => handmade({ alg: "ES256", kid: "ec-1", b64: false }), "critical-header"],
    ["OA-52 duplicate claims", () => handmade({ alg: "ES256", kid: "ec-1" }, '{"aud":"us","aud":"them"}'), "malformed"],
    ["OA-52 deep nesting", () => handmade({ alg: "ES256", kid: "ec-1" }, `{"a":${"[".repeat(200)}${"]".repeat(200)}}`), "malformed"],
    ["OA-52 a megabyte", () => `${"a".repeat(1_000_000)}.b.c`, "too-large"],
    ["duplicate header members", () => handmade('{"alg":"ES256","alg":"none","kid":"ec-1"}'), "malformed"],
    ["payload that is no object", () => handmade({ alg: "ES256", kid: "ec-1" }, "[1]"), "malformed"],
    ["kid that is no text", () => handmade({ alg: "ES256", kid: 7 }), "malformed"],
    ["OA-48 an encrypted token", () => "eyJhbGciOiJSU0ExXzUifQ.b.c.d.e", "malformed"],
    ["four parts", () => "a.b.c.d", "malformed"],
    ["nothing", () => "", "malformed"],
  ];
  it.each(cases)("%s", async (_title, token, reason) => {
    await expect(verifyCompactJws(await token(), { jwks, algorithms: all })).rejects.toMatchObject({
      code: "ERR_JWS_REFUSED",
      details: { reason },
    });
  });

  it("OA-40 an allowed key with an algorithm that is not on the list", async () => {
    const token = await signCompactJws({ a: 1 }, { key: rsa, alg: "RS256", kid: "rsa-1" });
    await expect(verifyCompactJws(token, { jwks, algorithms: ["PS256", "ES256"] })).rejects.toMatchObject({ details: { reason: "algorithm" } });
  });

  it("OA-40 a key that names another algorithm", async () => {
    const token = await signCompactJws({ a: 1 }, { key: rsa, alg: "PS256", kid: "rsa-1" });
    await expect(verifyCompactJws(token, { jwks, algorithms: all })).rejects.toMatchObject({ details: { reason: "unknown-key" } });
  });

  it("OA-43 no kid: accepted with one fitting key, refused with several", async () => {
    const token = handmade({ alg: "ES256" });
    await expect(verifyCompactJws(token, { jwks, algorithms: all })).resolves.toMatchObject({ payload: { a: 1 } });
    const more = { keys: [...jwks.keys, publicJwk(keyFor("ES256", "ec-2"))] };
    await expect(verifyCompactJws(token, { jwks: more, algorithms: all })).rejects.toMatchObject({ details: { reason: "ambiguous-key" } });
  });

  it("OA-51 another type than expected", async () => {
    const token = await signCompactJws({ a: 1 }, { key: ec, alg: "ES256", kid: "ec-1", typ: "at+jwt" });
    await expect(verifyCompactJws(token, { jwks, algorithms: all, typ: "JWT" })).rejects.toMatchObject({ details: { reason: "type" } });
  });

  it("never repeats the token or a key in the error", async () => {
    const token = handmade({ alg: "ES256", kid: "stranger" });
    const error = await verifyCompactJws(token, { jwks, algorithms: all }).catch((e: unknown) => e);
    expect(JSON.stringify({ ...(error as object), message: String(error) })).not.toContain(token.slice(0, 20));
  });
});

describe("signDetachedJws and verifyDetachedJws", () => {
  const body = Buffer.from('{"amountEUR":"12.50"}');
  const options = { jwks, algorithms: ["RS256", "ES256"] } as const;
  const sign = () => signDetachedJws(body, { key: ec, alg: "ES256", kid: "ec-1" });

  it("vouch for the very bytes, which are not in the signature", async () => {
    const seal = await sign();
    expect(seal).toMatch(/^[\w-]+\.\.[\w-]+$/);
    // A normal JWS once the payload is put back: no RFC 7797.
    await expect(verifyCompactJws(seal.replace("..", `.${body.toString("base64url")}.`), options)).resolves.toMatchObject({ payload: { amountEUR: "12.50" } });
    await expect(verifyDetachedJws(seal, body, options)).resolves.toEqual({ alg: "ES256", kid: "ec-1" });
  });

  it("refuse one changed byte, the same JSON with a space, and a truncated body", async () => {
    const seal = await sign();
    for (const other of ['{"amountEUR":"92.50"}', '{"amountEUR": "12.50"}', '{"amountEUR":"12.50"', ""]) {
      await expect(verifyDetachedJws(seal, Buffer.from(other), options)).rejects.toMatchObject({ details: { reason: "signature" } });
    }
  });

  it("refuse a signature that brings its own payload", async () => {
    const attached = await signCompactJws(body, { key: ec, alg: "ES256", kid: "ec-1" });
    await expect(verifyDetachedJws(attached, Buffer.from("{}"), options)).rejects.toMatchObject({ details: { reason: "malformed" } });
    await expect(verifyDetachedJws("a.b", body, options)).rejects.toMatchObject({ details: { reason: "malformed" } });
  });

  it("refuse another key, an unknown one and an unwanted algorithm", async () => {
    const seal = await sign();
    await expect(verifyDetachedJws(seal, body, { ...options, jwks: { keys: [publicJwk(rsa)] } })).rejects.toMatchObject({ details: { reason: "unknown-key" } });
    await expect(verifyDetachedJws(seal, body, { ...options, jwks: { keys: [{ ...publicJwk(keyFor("ES256")), kid: "ec-1" }] } })).rejects.toMatchObject({
      details: { reason: "signature" },
    });
    await expect(verifyDetachedJws(seal, body, { ...options, algorithms: ["RS256"] })).rejects.toMatchObject({ details: { reason: "algorithm" } });
  });
});
