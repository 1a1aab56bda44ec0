import { X509Certificate } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { call, generate, importKey, jws, plainAgent, portalKey, toPem, type Answer, type Generated } from "./tpp.ts";

let bank: TestBank;
let answer: Answer<Generated>;
beforeAll(async () => {
  bank = await startBank();
  answer = await generate(bank, { cn: "Äkta TPP & Co", roles: "AIS,CBPII" });
});
afterAll(() => bank[Symbol.asyncDispose]());

describe("the certificate generator", () => {
  it("answers 201 with a Location that ends in the tppId", () => {
    expect(answer.status).toBe(201);
    expect(answer.body.tppId).toMatch(/^OP-SANDBOX-TPP-[0-9a-f]{8}-[0-9a-f]{4}$/);
    expect(String(answer.headers["location"]).endsWith(`/${answer.body.tppId}`)).toBe(true);
  });

  it("returns four keys in the order of the real one, RSA without primes", () => {
    const keys = answer.body.privateJwks.keys;
    expect(keys.map((key) => [key.kid.split("-")[0], key.kty, key.alg, key["use"]])).toEqual([
      ["qwac", "RSA", "RS256", "sig"],
      ["qeseal", "EC", "ES256", "sig"],
      ["qwac", "EC", "ES256", "sig"],
      ["qeseal", "RSA", "PS256", "sig"],
    ]);
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(["alg", "d", "e", "kid", "kty", "n", "use", "x5c"]);
    expect(Object.keys(keys[1] ?? {}).toSorted()).toEqual(["alg", "crv", "d", "kid", "kty", "use", "x", "x5c", "y"]);
    expect(keys[0]?.["e"]).toBe("AQAB");
  });

  it("names each key by the four bytes of its serial number, base64url", () => {
    for (const key of answer.body.privateJwks.keys) {
      const { serialNumber } = new X509Certificate(Buffer.from(key.x5c[0] ?? "", "base64"));
      expect(serialNumber).toHaveLength(8);
      expect(key.kid.split("-").slice(1).join("-")).toBe(Buffer.from(serialNumber, "hex").toString("base64url"));
    }
  });

  it("issues certificates of the documented profile below its own two-level authority", () => {
    const [qwac, seal] = answer.body.privateJwks.keys.map((key) => key.x5c.map((der) => new X509Certificate(Buffer.from(der, "base64"))));
    const root = new X509Certificate(bank.ca);
    for (const [leaf, intermediate] of [qwac ?? [], seal ?? []]) {
      expect(leaf?.verify(intermediate?.publicKey as never)).toBe(true);
      expect(intermediate?.verify(root.publicKey)).toBe(true);
      expect(leaf?.ca).toBe(false);
      expect(leaf?.issuer).toContain("CN=OP Services PSD2 ATY Test Intermediate CA");
      const years = (Date.parse(leaf?.validTo ?? "") - Date.parse(leaf?.validFrom ?? "")) / 3_600_000;
      expect(years % 24).toBe(5); // five years and five hours
      expect(leaf?.subject).toContain(`organizationIdentifier=PSD${answer.body.tppId}`);
      expect(leaf?.subject).toContain("CN=Äkta TPP & Co");
      const der = leaf?.raw.toString("latin1") ?? "";
      expect(["PSP_AI", "PSP_IC", "OP TEST NCA", "OP-TEST"].every((text) => der.includes(text))).toBe(true);
      expect(der.includes("PSP_PI")).toBe(false);
      expect(leaf?.keyUsage).toBeUndefined(); // no extended key usage
      expect(leaf?.subjectAltName).toBeUndefined();
    }
    expect(qwac?.[0]?.subject).toContain("OU=PSD2 Qualified Website Authentication");
    expect(qwac?.[0]?.subject).toMatch(/L=Helsinki[\s\S]*businessCategory=Private Organization[\s\S]*serialNumber=YTUNNUS/);
    expect(seal?.[0]?.subject).not.toContain("OU=");
  });

  it("gives keys that sign once their primes are recomputed", () => {
    for (const key of answer.body.privateJwks.keys) {
      expect(importKey(key).type).toBe("private");
      expect(jws({ a: 1 }, key).split(".")).toHaveLength(3);
      expect(toPem(key.x5c)).toContain("BEGIN CERTIFICATE");
    }
  });

  it("publishes the public halves only", async () => {
    const jwks = await call<{ keys: Record<string, unknown>[] }>(answer.body.publicJwksUrl, { agent: plainAgent(bank) });
    expect(jwks.status).toBe(200);
    expect(jwks.body.keys.map((key) => key["kid"])).toEqual(answer.body.privateJwks.keys.map((key) => key.kid));
    expect(jwks.body.keys.some((key) => "d" in key)).toBe(false);
    expect(jwks.body.keys.every((key) => Array.isArray(key["x5c"]))).toBe(true);
  });

  it.each([
    ["no key", {}, 401, "steps.oauth.v2.FailedToResolveAPIKey"],
    ["a wrong key", { "x-api-key": "wrong" }, 401, "oauth.v2.InvalidApiKey"],
  ])("refuses %s with the fault of the gateway", async (_what, headers: Record<string, string>, status, errorcode) => {
    const refused = await call(`${bank.endpoints.certGenerationUrl}?c=fi&cn=x`, { method: "POST", headers, agent: plainAgent(bank) });
    expect(refused).toMatchObject({ status, body: { fault: { detail: { errorcode } } } });
  });

  it.each([
    ["c=fin&cn=x", "c"],
    ["c=fi", "cn"],
    ["c=fi&cn=x&roles=AISP", "roles"],
  ])("names what is wrong with %s", async (query, path) => {
    const refused = await call(`${bank.endpoints.certGenerationUrl}?${query}`, {
      method: "POST",
      headers: { "x-api-key": portalKey },
      agent: plainAgent(bank),
    });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain(`"path":"${path}`);
  });

  it("keeps every file but the root certificate and the addresses closed to others", () => {
    const open = readdirSync(bank.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0)
      .map((entry) => entry.name);
    expect(open.toSorted()).toEqual(["ca.pem", "endpoints.json"]);
  });
});
