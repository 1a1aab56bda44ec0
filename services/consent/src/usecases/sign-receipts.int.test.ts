import { createHash } from "node:crypto";
import { consentReceipt } from "@opl/contracts/model";
import type { ConsentReceipt } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listReceipts } from "../db/receipt-store.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness, Person } from "../testing/harness.ts";
import { testBank } from "../testing/fake-bank-gateway.ts";
import { erasePsu } from "./erase-psu.ts";
import { expireConsents } from "./expire-consents.ts";
import { createFundsConsent, expireFundsConsents, revokeFundsConsent } from "./funds-consents.ts";
import { loseConsent } from "./lose-consent.ts";
import { reconfirmConsent } from "./reconfirm-consent.ts";
import { recordAccount } from "./record-account.ts";
import { revokeConsent } from "./revoke-consent.ts";
import { signReceipts } from "./sign-receipts.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  harness.gateway.reset();
  await harness.database.db.deleteFrom("consents").execute();
  await harness.database.db.deleteFrom("fundsConsents").execute();
});

const sign = () => signReceipts(harness.ctx);
const later = (seconds = 30) => harness.clock.advance({ seconds });
const listOf = ({ psu: { psuId } }: Person, consentId: string) => listReceipts(harness.database.db, { about: "consent", psuId, consentId });
const toldBy = (jws: string | null): ConsentReceipt =>
  consentReceipt.parse(JSON.parse(Buffer.from((jws ?? "").split(".")[1] ?? "", "base64url").toString("utf8")));
const receiptsOf = async (person: Person, consentId: string) => (await listOf(person, consentId)).map(({ jws }) => toldBy(jws));
const discover = (person: Person, consentId: string, iban: string | null) =>
  inTransaction(harness.database.db, (tx) => recordAccount(tx, { psuId: person.psu.psuId, consentId, accountId: newId(), kind: "current", iban }));
const withdraw = ({ psu }: Person, consentId: string, keepData = true) => revokeConsent(harness.ctx, { psu, consentId, keepData });

describe("a receipt", () => {
  it("of a new permission waits until its accounts are known, and names them by their ends (US-12)", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await discover(person, consentId, "FI2112345600000785");
    await discover(person, consentId, "FI5512345600000081");
    await discover(person, consentId, null);
    expect(await sign()).toEqual({ signed: 0, error: undefined });
    expect(await listOf(person, consentId)).toMatchObject([{ sequence: 1, happened: "granted", jws: null }]);
    later();
    expect(await sign()).toEqual({ signed: 1, error: undefined });
    const jws = (await listOf(person, consentId))[0]?.jws ?? "";
    expect(toldBy(jws)).toMatchObject({
      consentId,
      person: person.psu.psuId,
      previous: null,
      happened: "granted",
      scope: ["accounts"],
      accounts: ["•••• 0081", "•••• 0785"],
      issuer: "https://ledger.example",
      keys: "https://ledger.example/.well-known/tpp-jwks.json",
    });
    expect(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString()).not.toMatch(/FI\d{4}/);
  });

  it("of each change is chained to the one before", async () => {
    harness.gateway.aspsps = [{ ...testBank, aspspId: "uk", consentMaxDays: 365, reconfirmDays: 90 }];
    harness.gateway.grantedDays = 360;
    const person = aPerson();
    const consentId = await harness.connect(person, { aspspId: "uk", validityDays: 180 });
    harness.clock.advance({ hours: 24 * 80 });
    await reconfirmConsent(harness.ctx, { psu: person.psu, consentId });
    await withdraw(person, consentId, false);
    expect(await sign()).toEqual({ signed: 3, error: undefined });
    const listed = await listOf(person, consentId);
    const told = listed.map(({ jws }) => toldBy(jws));
    expect(told.map(({ happened, sequence }) => [sequence, happened])).toEqual([
      [1, "granted"],
      [2, "reconfirmed"],
      [3, "withdrawn"],
    ]);
    const hashes = listed.map(({ jws }) =>
      createHash("sha256")
        .update(jws ?? "")
        .digest("base64url"),
    );
    expect(told.map(({ previous }) => previous)).toEqual([null, ...hashes.slice(0, 2)]);
    expect(told[2]).toMatchObject({ dataKept: false });
  });

  it("of a renewal names the permission it takes over from, whose own chain ends with it", async () => {
    const person = aPerson();
    const old = await harness.connect(person);
    await discover(person, old, "FI2112345600000785");
    const renewed = await harness.connect(person, { replaces: old });
    later();
    await sign();
    expect(await receiptsOf(person, old)).toMatchObject([{ happened: "granted" }, { happened: "replaced", replacedBy: renewed, accounts: ["•••• 0785"] }]);
    expect(await receiptsOf(person, renewed)).toMatchObject([{ happened: "renewed", replaces: old, previous: null }]);
  });

  it.each([
    ["expired", async () => void (harness.clock.advance({ hours: 24 * 91 }), await expireConsents(harness.ctx))],
    [
      "ended-at-bank",
      async (person: Person, consentId: string) =>
        loseConsent({ ...harness.ctx, db: harness.database.db }, { psuId: person.psu.psuId, consentId }, { by: "aspsp", code: "X" }),
    ],
  ] as const)("tells of an end that nobody here chose: %s", async (happened, end) => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await end(person, consentId);
    later();
    await sign();
    expect((await receiptsOf(person, consentId)).map((receipt) => receipt.happened)).toEqual(["granted", happened]);
  });

  it("is made once by each change: a withdrawal asked for twice, or of what was never given, adds none (US-35)", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await Promise.all([withdraw(person, consentId), withdraw(person, consentId), withdraw(person, consentId)]);
    expect(await listOf(person, consentId)).toHaveLength(2);
    const begun = await harness.begin(person);
    await withdraw(person, begun.consentId);
    expect(await listOf(person, begun.consentId)).toEqual([]);
  });

  it("of a withdrawal with the wish to erase names the accounts as they were known then (G-17)", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await discover(person, consentId, "FI2112345600000785");
    await withdraw(person, consentId, false);
    await discover(person, consentId, "FI5512345600000081");
    later();
    await sign();
    expect((await receiptsOf(person, consentId)).at(-1)).toMatchObject({ happened: "withdrawn", accounts: ["•••• 0785"] });
  });
});

describe("signing", () => {
  it("fails while the gateway is away, keeps the order, and is done when it is back", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await withdraw(person, consentId);
    later();
    harness.gateway.beforeSign = () => Promise.reject(new Error("away"));
    expect(await sign()).toMatchObject({ signed: 0, error: expect.anything() });
    harness.gateway.beforeSign = undefined;
    // The second waits for the first, whose turn has not come again.
    expect(await sign()).toEqual({ signed: 0, error: undefined });
    later(5);
    expect(await sign()).toEqual({ signed: 2, error: undefined });
    expect((await receiptsOf(person, consentId)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it("killed between the signature and keeping it, it leaves the receipt to the next one: no gap, no double", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await withdraw(person, consentId);
    later();
    const hanging = Promise.withResolvers<void>();
    harness.gateway.beforeSign = () => hanging.promise;
    const killed = sign();
    await expect.poll(() => harness.gateway.callsOf("signReceipt").length).toBe(1);
    harness.gateway.beforeSign = undefined;
    expect(await sign()).toEqual({ signed: 0, error: undefined });
    later(60);
    expect(await sign()).toEqual({ signed: 2, error: undefined });
    const before = await listOf(person, consentId);
    // The dead one's signature comes to life after all: the first that was kept stays, since the next is chained to it.
    hanging.resolve();
    await killed;
    expect(await listOf(person, consentId)).toEqual(before);
    expect(await listOf(person, consentId)).toHaveLength(2);
  });

  it("by four processes at once makes one signature for each receipt", async () => {
    const people = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const person = aPerson();
        const consentId = await harness.connect(person);
        await withdraw(person, consentId);
        return { person, consentId };
      }),
    );
    later();
    for (let round = 0; round < 3; round += 1) await Promise.all([sign(), sign(), sign(), sign()]);
    for (const { person, consentId } of people) {
      const listed = await listOf(person, consentId);
      expect(toldBy(listed[1]?.jws ?? null).previous).toBe(
        createHash("sha256")
          .update(listed[0]?.jws ?? "")
          .digest("base64url"),
      );
    }
    expect(harness.gateway.callsOf("signReceipt")).toHaveLength(12);
  });

  it("G-17 US-37 a person who is erased takes receipts and accounts along, also those that wait", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await discover(person, consentId, "FI2112345600000785");
    await erasePsu({ ...harness.ctx, db: harness.database.db }, person.psu.psuId);
    await discover(person, consentId, "FI5512345600000081");
    later();
    expect(await sign()).toEqual({ signed: 0, error: undefined });
    for (const table of ["consentReceipts", "consentAccounts"] as const) {
      expect(await harness.database.db.selectFrom(table).select("psuId").where("psuId", "=", person.psu.psuId).execute()).toEqual([]);
    }
  });
});

describe("a receipt of a permission to ask for funds", () => {
  const listFunds = ({ psu: { psuId } }: Person, consentId: string) => listReceipts(harness.database.db, { about: "funds", psuId, consentId });
  async function allow(person: Person, validityDays = 180): Promise<string> {
    const { psu, sessionBinding } = person;
    const { fundsConsentId, redirectUrl } = await createFundsConsent(harness.ctx, { psu, sessionBinding, aspspId: "op-fi", iban: null, validityDays });
    const state = new URL(redirectUrl).searchParams.get("state") ?? "";
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised" });
    return fundsConsentId;
  }

  it("is there for the yes and for the withdrawal, chained, names the one account by its end, and needs no waiting", async () => {
    const person = aPerson();
    const fundsConsentId = await allow(person);
    expect(await sign()).toEqual({ signed: 1, error: undefined });
    harness.clock.advance({ hours: 1 });
    await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId });
    await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId });
    expect(await sign()).toEqual({ signed: 1, error: undefined });
    const listed = await listFunds(person, fundsConsentId);
    expect(listed.map(({ happened, sequence }) => [sequence, happened])).toEqual([
      [1, "granted"],
      [2, "withdrawn"],
    ]);
    const [granted, withdrawn] = listed.map(({ jws }) => toldBy(jws));
    const about = { consentId: fundsConsentId, person: person.psu.psuId, purpose: "funds-confirmation", scope: ["funds"], accounts: ["•••• 0785"] };
    expect([granted, withdrawn]).toMatchObject([
      { ...about, previous: null },
      { ...about, since: granted?.since, dataKept: null },
    ]);
    expect(withdrawn?.previous).toBe(
      createHash("sha256")
        .update(listed[0]?.jws ?? "")
        .digest("base64url"),
    );
  });

  it("is there when it ran out; of what was never given there is none, and an erased person takes theirs along", async () => {
    const person = aPerson();
    const { psu, sessionBinding } = person;
    const { fundsConsentId: never } = await createFundsConsent(harness.ctx, { psu, sessionBinding, aspspId: "op-fi", iban: null, validityDays: 1 });
    await revokeFundsConsent(harness.ctx, { psu, fundsConsentId: never });
    const short = await allow(person, 1);
    harness.clock.advance({ hours: 24 });
    expect(await expireFundsConsents(harness.ctx)).toBe(1);
    expect(await listFunds(person, never)).toEqual([]);
    expect((await listFunds(person, short)).map(({ happened }) => happened)).toEqual(["granted", "expired"]);
    await erasePsu({ ...harness.ctx, db: harness.database.db }, psu.psuId);
    expect(await sign()).toEqual({ signed: 0, error: undefined });
    expect(await harness.database.db.selectFrom("fundsReceipts").select("psuId").where("psuId", "=", psu.psuId).execute()).toEqual([]);
  });
});
