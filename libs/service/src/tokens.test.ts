import { generateKeyPairSync } from "node:crypto";
import { signCompactJws } from "@opl/fapi";
import type { Jwk } from "@opl/fapi";
import { fixedClock } from "@opl/testkit";
import { describe, expect, it } from "vitest";
import { Secret, createServiceTokens } from "./index.ts";

function pair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { open: { ...publicKey.export({ format: "jwk" }), kid } as Jwk, secret: { ...privateKey.export({ format: "jwk" }), kid } as Jwk };
}

const [bff, consent, ingest, rotated] = [pair("bff"), pair("consent"), pair("ingest"), pair("consent:2")];
const [operator, alice, bob] = [pair("operator"), pair("operator:alice"), pair("operator:bob")];
const jwks = { keys: [bff, consent, ingest, rotated, operator, alice, bob].map(({ open }) => open) };
const psuId = "0191f3c0-7d5b-7c2a-9a35-1b2f6d4c9e11";
const person = { psuId, sessionId: "s-1", ipAddress: "2001:db8::7", userAgent: "Firefox" };

function stage() {
  const clock = fixedClock();
  const now = (): number => Math.floor(clock.now().epochMilliseconds / 1000);
  const tokens = (service: string, key = { bff, consent, ingest }[service] ?? bff) => createServiceTokens({ service, privateJwk: key.secret, jwks, clock });
  /** A token by anybody, with any claims. */
  const forge = (key: Jwk, kid: string, claims: object, typ = "opl-service+jwt") =>
    signCompactJws({ iat: now(), exp: now() + 60, jti: "j", ...claims }, { key, alg: "EdDSA", kid, typ });
  return { clock, now, tokens, forge };
}

describe("service tokens", () => {
  it("prove who calls whom", async () => {
    const { tokens } = stage();
    expect(await tokens("ingest").verify(await tokens("bff").issue("ingest"), "ingest")).toEqual({ issuer: "bff" });
  });

  it("are made anew every half minute and live for a minute", async () => {
    const { clock, tokens } = stage();
    const [caller, called] = [tokens("bff"), tokens("ingest")];
    const first = await caller.issue("ingest");
    clock.advance({ seconds: 29 });
    expect(await caller.issue("ingest")).toBe(first);
    expect(await caller.issue("consent")).not.toBe(first);
    clock.advance({ seconds: 2 });
    expect(await caller.issue("ingest")).not.toBe(first);
    clock.advance({ seconds: 33 });
    await called.verify(first, "ingest");
    clock.advance({ seconds: 2 });
    await expect(called.verify(first, "ingest")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED", kind: "unauthenticated" });
  });

  it("are good also when a second begins while they are made, as is the presence of a person", async () => {
    const { clock } = stage();
    const moving = {
      now: () => {
        clock.advance({ milliseconds: 400 });
        return clock.now();
      },
    };
    const caller = createServiceTokens({ service: "bff", privateJwk: bff.secret, jwks, clock: moving });
    const called = createServiceTokens({ service: "ingest", privateJwk: ingest.secret, jwks, clock: moving });
    for (let n = 0; n < 10; n += 1) {
      expect(await called.verify(await caller.issue("ingest"), "ingest")).toEqual({ issuer: "bff" });
      expect(await called.verifyPsuContext((await caller.signPsuContext(person)).token)).toMatchObject(person);
      clock.advance({ minutes: 2 });
    }
  });

  it("are made anew when the clock was set back, as is the presence of a person: nobody accepts what was issued in the future", async () => {
    const { clock, tokens } = stage();
    const [caller, called] = [tokens("bff"), tokens("ingest")];
    const [first, present] = [await caller.issue("ingest"), await caller.signPsuContext(person)];
    clock.advance({ seconds: -20 });
    await expect(called.verify(first, "ingest")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED" });
    await expect(called.verifyPsuContext(present.token)).rejects.toMatchObject({ code: "ERR_PSU_CONTEXT_REFUSED" });
    expect(await called.verify(await caller.issue("ingest"), "ingest")).toEqual({ issuer: "bff" });
    expect(await called.verifyPsuContext((await caller.signPsuContext(person)).token)).toMatchObject(person);
  });

  it("are refused with a changed signature also when the genuine one is known", async () => {
    const { tokens } = stage();
    const [token, called] = [await tokens("bff").issue("ingest"), tokens("ingest")];
    await called.verify(token, "ingest");
    const [header, payload] = token.split(".");
    await expect(called.verify(`${header}.${payload}.${"A".repeat(86)}`, "ingest")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED" });
    await expect(called.verify(token, "consent")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED" });
  });

  it("name the person where the key is one person's", async () => {
    const { tokens, clock } = stage();
    const alices = createServiceTokens({ service: "operator", subject: "alice", privateJwk: alice.secret, jwks, clock });
    expect(await tokens("ingest").verify(await alices.issue("ingest"), "ingest")).toEqual({ issuer: "operator", subject: "alice" });
    expect(await tokens("ingest").verify(await tokens("operator", operator).issue("ingest"), "ingest")).toEqual({ issuer: "operator" });
  });

  const refusals: readonly [string, (at: ReturnType<typeof stage>) => Promise<string>][] = [
    ["another audience", ({ tokens }) => tokens("bff").issue("consent")],
    ["a key of another service", ({ forge }) => forge(consent.secret, "consent", { iss: "bff", aud: "ingest" })],
    ["a key id that lies", ({ forge }) => forge(consent.secret, "bff", { iss: "bff", aud: "ingest" })],
    ["another person's name", ({ forge }) => forge(alice.secret, "operator:alice", { iss: "operator", sub: "bob", aud: "ingest" })],
    ["another person's key id", ({ forge }) => forge(alice.secret, "operator:bob", { iss: "operator", sub: "bob", aud: "ingest" })],
    ["a name under the key that all share", ({ forge }) => forge(operator.secret, "operator", { iss: "operator", sub: "alice", aud: "ingest" })],
    ["an unknown key", ({ forge }) => forge(pair("x").secret, "x", { iss: "x", aud: "ingest" })],
    ["a longer life", ({ forge, now }) => forge(bff.secret, "bff", { iss: "bff", aud: "ingest", exp: now() + 61 })],
    ["a future issue", ({ forge, now }) => forge(bff.secret, "bff", { iss: "bff", aud: "ingest", iat: now() + 6, exp: now() + 60 })],
    ["no end", ({ forge }) => forge(bff.secret, "bff", { iss: "bff", aud: "ingest", exp: undefined })],
    ["no issuer", ({ forge }) => forge(bff.secret, "bff", { aud: "ingest" })],
    ["a list of audiences", ({ forge }) => forge(bff.secret, "bff", { iss: "bff", aud: ["ingest"] })],
    ["another type of token", async ({ tokens }) => (await tokens("bff").signPsuContext(person)).token],
    ["no token at all", () => Promise.resolve("a.b.c")],
    ["a huge one", () => Promise.resolve(`${"a".repeat(5000)}.b.c`)],
  ];
  it.each(refusals)("are refused with %s", async (_, make) => {
    const at = stage();
    await expect(at.tokens("ingest").verify(await make(at), "ingest")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED" });
  });

  it("refuse a changed payload", async () => {
    const { tokens } = stage();
    const [head, , signature] = (await tokens("consent").issue("ingest")).split(".");
    const payload = Buffer.from(JSON.stringify({ iss: "consent", aud: "ingest", iat: 0, exp: 9_999_999_999, jti: "x" })).toString("base64url");
    await expect(tokens("ingest").verify(`${head}.${payload}.${signature}`, "ingest")).rejects.toMatchObject({ code: "ERR_SERVICE_TOKEN_REFUSED" });
  });

  it("accept a second key of a service while keys are rotated", async () => {
    const { tokens } = stage();
    expect(await tokens("ingest").verify(await tokens("consent", rotated).issue("ingest"), "ingest")).toEqual({ issuer: "consent" });
  });

  it("need a private Ed25519 key and tell nothing of it when it is none", () => {
    for (const privateJwk of [bff.open, { kty: "RSA" } as Jwk, new Secret("canary"), new Secret('{"kty":"OKP","d":"canary"}')]) {
      expect(() => createServiceTokens({ service: "bff", privateJwk, jwks })).toThrow(
        expect.objectContaining({ code: "ERR_CONFIG", message: expect.not.stringContaining("canary") as string }),
      );
    }
  });
});

describe("PSU context", () => {
  it("carries who is present and is forwarded as signed", async () => {
    const { tokens } = stage();
    const signed = await tokens("bff").signPsuContext(person);
    expect(await tokens("ingest").verifyPsuContext(signed.token)).toEqual({ ...person, token: signed.token });
    const plain = await tokens("bff").signPsuContext({ psuId, sessionId: "s", ipAddress: "192.0.2.1" });
    expect("userAgent" in (await tokens("ingest").verifyPsuContext(plain.token))).toBe(false);
  });

  it("ends after five minutes", async () => {
    const { clock, tokens } = stage();
    const { token } = await tokens("bff").signPsuContext(person);
    clock.advance({ minutes: 5, seconds: 4 });
    await tokens("ingest").verifyPsuContext(token);
    clock.advance({ seconds: 2 });
    await expect(tokens("ingest").verifyPsuContext(token)).rejects.toMatchObject({ code: "ERR_PSU_CONTEXT_REFUSED" });
  });

  it("ends as well where it is known", async () => {
    const { clock, tokens } = stage();
    const [{ token }, called] = [await tokens("bff").signPsuContext(person), tokens("ingest")];
    expect(await called.verifyPsuContext(token)).toEqual(await called.verifyPsuContext(token));
    clock.advance({ minutes: 5, seconds: 6 });
    await expect(called.verifyPsuContext(token)).rejects.toMatchObject({ code: "ERR_PSU_CONTEXT_REFUSED" });
  });

  it("is the same for who asks again within a minute, and never another's", async () => {
    const { clock, tokens } = stage();
    const signer = tokens("bff");
    const first = await signer.signPsuContext(person);
    clock.advance({ seconds: 59 });
    expect(await signer.signPsuContext(person)).toEqual(first);
    for (const other of [{ psuId: person.sessionId }, { sessionId: "s-2" }, { ipAddress: "192.0.2.1" }, { userAgent: "Chrome" }]) {
      expect(await signer.signPsuContext({ ...person, ...other })).toMatchObject({ ...other, token: expect.not.stringMatching(first.token) as string });
    }
    clock.advance({ seconds: 1 });
    expect((await signer.signPsuContext(person)).token).not.toBe(first.token);
  });

  const claims = { sub: psuId, sid: "s", ip: "192.0.2.1" };
  const refusals: readonly [string, (at: ReturnType<typeof stage>) => Promise<string>][] = [
    [
      "signed by another service",
      ({ tokens }) =>
        tokens("consent")
          .signPsuContext(person)
          .then(({ token }) => token),
    ],
    ["a service token", ({ tokens }) => tokens("bff").issue("ingest")],
    ["no person", ({ forge }) => forge(bff.secret, "bff", { iss: "bff", ...claims, sub: "nobody" }, "opl-psu+jwt")],
    ["no address", ({ forge }) => forge(bff.secret, "bff", { iss: "bff", ...claims, ip: "example.org" }, "opl-psu+jwt")],
    ["a longer life", ({ forge, now }) => forge(bff.secret, "bff", { iss: "bff", ...claims, exp: now() + 301 }, "opl-psu+jwt")],
  ];
  it.each(refusals)("is refused when it is %s", async (_, make) => {
    const at = stage();
    await expect(at.tokens("ingest").verifyPsuContext(await make(at))).rejects.toMatchObject({ code: "ERR_PSU_CONTEXT_REFUSED" });
  });
});
