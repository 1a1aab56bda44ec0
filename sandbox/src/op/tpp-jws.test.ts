import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompactSign, importJWK, type JWK } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAuthority, unknownAuthority, type Authority } from "../ca/authority.ts";
import { newEcKey, newRsaKey } from "../ca/keys.ts";
import { issueTppKeys, publicPart, type TppJwk } from "../ca/tpp-certificates.ts";
import type { Issuers } from "../ca/trusted-roots.ts";
import { systemClock } from "../clock.ts";
import type { PublishedKey } from "../http/jwks-reader.ts";
import { verifyTppJws } from "./tpp-jws.ts";

const clock = systemClock();
const folder = mkdtempSync(join(tmpdir(), "jws-"));
const keyPool = { take: () => newRsaKey(2048), full: async () => undefined, close: () => undefined };
const config = { SANDBOX_CERTIFICATE_DAYS: 0, SANDBOX_CERT_LIFETIME_SECONDS: 0 };
let authority: Authority;
let issuers: Issuers;
let mine: TppJwk;
let theirs: TppJwk;
beforeAll(async () => {
  authority = await openAuthority({ folder, caFile: join(folder, "ca.pem"), bits: 2048, clock });
  issuers = { roots: [new X509Certificate(authority.rootPem)], between: [] };
  [mine, theirs] = await Promise.all([sealOf("mine", authority), sealOf("theirs", authority)]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("what a third party signed", () => {
  it("is accepted by the key of that id, and tells whose certificate it carries", async () => {
    expect(await verify(await sign(mine), mine)).toMatchObject({ ok: true, organizationIdentifier: "PSDmine", claims: { a: 1 } });
  });

  it("is refused when the published key hides behind another's certificate", async () => {
    expect(await verify(await sign(mine), { ...mine, x5c: theirs.x5c })).toMatchObject({ ok: false, problem: "certificate" });
  });

  it("is refused without a certificate, or with one of an authority nobody knows", async () => {
    const { x5c: _x5c, ...bare } = mine;
    expect(await verify(await sign(mine), bare)).toMatchObject({ ok: false, problem: "certificate" });
    const foreign = await sealOf("mine", await unknownAuthority(clock));
    expect(await verify(await sign(foreign), foreign)).toMatchObject({ ok: false, problem: "certificate" });
  });

  it("is refused when another key signed, or when the algorithm does not fit the key", async () => {
    const other = await newEcKey();
    const forged = await new CompactSign(Buffer.from('{"a":1}')).setProtectedHeader({ alg: "ES256", kid: mine.kid }).sign(other);
    expect(await verify(forged, mine)).toMatchObject({ ok: false, problem: "signature" });
    const confused = await new CompactSign(Buffer.from('{"a":1}')).setProtectedHeader({ alg: "HS256", kid: mine.kid }).sign(Buffer.from(String(mine.x)));
    expect(await verify(confused, mine)).toMatchObject({ ok: false, problem: "algorithm" });
  });
});

async function sealOf(tppId: string, by: Authority): Promise<TppJwk> {
  const keys = await issueTppKeys({ tppId, country: "FI", commonName: tppId, roles: ["AIS"] }, { authority: by, keyPool, clock, config });
  const seal = keys.find((key) => key.alg === "ES256" && key.kid.startsWith("qeseal-"));
  if (seal === undefined) throw new Error("no seal");
  return seal;
}

async function sign(key: TppJwk): Promise<string> {
  return new CompactSign(Buffer.from('{"a":1}')).setProtectedHeader({ alg: "ES256", kid: key.kid }).sign(await importJWK(key as JWK, "ES256"));
}

function verify(jws: string, published: object): ReturnType<typeof verifyTppJws> {
  const key = publicPart(published as TppJwk) as unknown as PublishedKey;
  return verifyTppJws(jws, "https://keys.example/jwks.json", { issuers, jwks: { find: async () => key, read: async () => [key] } });
}
