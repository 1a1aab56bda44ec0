import { createPublicKey, randomUUID, verify } from "node:crypto";
import { consentReceipt } from "@opl/contracts/model";
import type { UnsignedReceipt } from "@opl/contracts/model";
import { fixedClock } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { tpp } from "../../testing/terms.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
let consent: Awaited<ReturnType<typeof connect>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox);
  await register(gateway);
  consent = await connect(gateway);
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const receipt = (change: Partial<UnsignedReceipt> = {}): UnsignedReceipt => ({
  receiptId: randomUUID(),
  consentId: consent.consentId,
  sequence: 1,
  previous: null,
  happened: "granted",
  at: "2026-11-22T10:00:00Z",
  person: consent.psu.psuId,
  purpose: "account-information",
  scope: ["accounts"],
  accounts: ["•••• 0785"],
  since: "2026-11-22T10:00:00Z",
  until: "2027-05-21T10:00:00Z",
  reconfirmBy: null,
  replaces: null,
  replacedBy: null,
  dataKept: null,
  issuer: "https://ledger.example",
  keys: "https://ledger.example/.well-known/tpp-jwks.json",
  aspspId: "op",
  ...change,
});
const sign = (change?: Partial<UnsignedReceipt>, as = gateway.as) => as.consent.signReceipt({ body: receipt(change) });
const publicKeys = async (as = gateway.as) => (await as["tpp-registry"].listPublicKeys({})).keys;
const decode = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>;
/** By hand, with nothing of ours. */
async function verified(jws: string, as = gateway.as): Promise<boolean> {
  const [header, payload, signature = ""] = jws.split(".");
  const key = (await publicKeys(as)).find(({ jwk }) => jwk["kid"] === decode(header)["kid"]);
  if (key === undefined) return false;
  const publicKey = createPublicKey({ key: key.jwk, format: "jwk" });
  return verify("sha256", Buffer.from(`${header}.${payload}`), { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

describe("a receipt is signed", () => {
  it("as what it is, with the bank's name and ours, and verifies with the key that is published", async () => {
    const { jws, kid } = await sign();
    const [header, payload] = jws.split(".");
    expect(decode(header)).toEqual({ alg: "ES256", kid, typ: "consent-receipt+jws" });
    expect(consentReceipt.parse(decode(payload))).toMatchObject({
      version: 1,
      consentId: consent.consentId,
      accounts: ["•••• 0785"],
      bank: { aspspId: "op", name: "OP (sandbox)" },
      provider: { name: tpp.organisationName },
    });
    expect(await verified(jws)).toBe(true);
    const forged = Buffer.from(JSON.stringify({ ...decode(payload), until: "2037-05-21T10:00:00Z" })).toString("base64url");
    expect(await verified(jws.replace(payload ?? "", forged))).toBe(false);
  });

  it("with a key of its own: no bank's, no certificate's, and its private part is nowhere in the clear", async () => {
    const { kid } = await sign();
    const { db } = gateway.database.database;
    const rows = await db.selectFrom("receiptKeys").selectAll().execute();
    expect(rows.map((row) => row.kid)).toEqual([kid]);
    expect(rows[0]?.sealed.toString("latin1")).not.toContain('"d"');
    const owner = await db
      .selectFrom("dataKeys")
      .select(["owner", "purpose"])
      .where("dataKeyId", "=", rows[0]?.dataKeyId ?? "")
      .executeTakeFirstOrThrow();
    expect(owner).toEqual({ owner: "tpp", purpose: "receipt-keys" });
    const published = (await publicKeys()).filter(({ jwk }) => jwk["kid"] === kid);
    expect(published).toEqual([
      { jwk: { kty: "EC", crv: "P-256", x: expect.any(String), y: expect.any(String), kid, use: "sig", alg: "ES256" }, retiredAt: null, lasting: true },
    ]);
    const others = await db.selectFrom("registrationSteps").select("outcome").execute();
    expect(JSON.stringify(others)).not.toContain(kid);
  });

  it.each([
    ["a consent that nobody made", { consentId: randomUUID() }],
    ["another person's", { person: randomUUID() }],
    ["another bank's", { aspspId: "uk-sandbox" }],
    ["one for another purpose", { purpose: "funds-confirmation" }],
  ] satisfies [string, Partial<UnsignedReceipt>][])("never about %s", async (_, change) => {
    await expect(sign(change)).rejects.toMatchObject({ code: "ERR_BANK_CONSENT_NOT_FOUND" });
  });

  it.each(["ingest", "bff", "operator", "tpp-registry"] as const)("never for %s", async (service) => {
    await expect(gateway.as[service].signReceipt({ body: receipt() })).rejects.toMatchObject({ code: "ERR_CALLER_FORBIDDEN" });
  });
});

describe("the key", () => {
  it("is one, however many need the first at once", async () => {
    const { db } = gateway.database.database;
    await db.deleteFrom("receiptKeys").execute();
    await using other = await gateway.replica();
    const signed = await Promise.all([gateway.as, other.as, gateway.as, other.as].map((as) => sign({}, as)));
    expect(new Set(signed.map(({ kid }) => kid)).size).toBe(1);
    for (const { jws } of signed) expect(await verified(jws)).toBe(true);
  });

  it("is another one after a year; what the old one signed still verifies", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using later = await gateway.replica({ clock });
    const old = await sign({}, later.as);
    clock.advance({ hours: 24 * 365 + 1 });
    const next = await sign({}, later.as);
    expect(next.kid).not.toBe(old.kid);
    expect((await sign({}, later.as)).kid).toBe(next.kid);
    expect([await verified(old.jws, later.as), await verified(next.jws, later.as)]).toEqual([true, true]);
    expect((await publicKeys()).map(({ jwk, retiredAt, lasting }) => [jwk["kid"], retiredAt !== null, lasting])).toEqual(
      expect.arrayContaining([
        [next.kid, false, true],
        [old.kid, true, true],
      ]),
    );
  });
});
