import { inTransaction } from "@opl/postgres";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getConsent } from "../db/consent-store.ts";
import { aPerson, startHarness } from "../testing/harness.ts";
import type { Harness, Person } from "../testing/harness.ts";
import { testBank } from "../testing/fake-bank-gateway.ts";
import { applyCommand } from "./apply-command.ts";
import { expireConsents } from "./expire-consents.ts";
import { reconfirmConsent } from "./reconfirm-consent.ts";
import { watchReconfirmations } from "./watch-reconfirmations.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  harness.gateway.reset();
  harness.gateway.grantedDays = 360;
  harness.gateway.aspsps = [{ ...testBank, aspspId: "uk", countries: ["GB"], consentMaxDays: 365, reconfirmDays: 90 }];
  await harness.database.db.deleteFrom("consents").execute();
});

const connect = (person: Person, validityDays = 180) => harness.connect(person, { aspspId: "uk", validityDays });
const days = (count: number) => harness.clock.advance({ hours: 24 * count });
const confirm = ({ psu }: Person, consentId: string) => reconfirmConsent(harness.ctx, { psu, consentId });
const standing = async ({ psu: { psuId } }: Person, consentId: string) => (await getConsent(harness.database.db, { psuId, consentId }))?.consent;
const demandSca = ({ psu: { psuId } }: Person, consentId: string) =>
  inTransaction(harness.database.db, (tx) => applyCommand(tx, { psuId, consentId }, { type: "demandSca", at: harness.clock.now() }));

describe("where the bank leaves asking to us", () => {
  it("the person is reminded 30, 7 and 1 days before, each once", async () => {
    const consentId = await connect(aPerson());
    const reminded: number[] = [];
    for (let day = 1; day < 90; day += 1) {
      days(1);
      const first = await watchReconfirmations(harness.ctx);
      expect(await watchReconfirmations(harness.ctx)).toEqual({ paused: 0, reminded: 0 });
      if (first.reminded > 0) reminded.push(90 - day);
      expect(first.paused).toBe(0);
    }
    expect(reminded).toEqual([30, 7, 1]);
    const facts = await harness.database.db
      .selectFrom("outbox")
      .select("data")
      .where("eventType", "=", "consent.reconfirmation-due")
      .orderBy("position")
      .execute();
    expect(facts.map(({ data }) => JSON.parse(data)).filter((fact) => fact.consentId === consentId)).toMatchObject([
      { daysLeft: 30 },
      { daysLeft: 7 },
      { daysLeft: 1 },
    ]);
  });

  it("without a confirmation it pauses at the ninetieth day, once, and the bank is told nothing", async () => {
    const person = aPerson();
    const consentId = await connect(person);
    const calls = harness.gateway.calls.length;
    days(89);
    expect((await watchReconfirmations(harness.ctx)).paused).toBe(0);
    days(1);
    const both = await Promise.all([watchReconfirmations(harness.ctx), watchReconfirmations(harness.ctx)]);
    expect(both.reduce((sum, { paused }) => sum + paused, 0)).toBe(1);
    expect(await standing(person, consentId)).toMatchObject({ status: "unconfirmed" });
    expect(await harness.factData(consentId, "consent.paused")).toMatchObject({ reason: "reconfirmation-missed" });
    expect(harness.gateway.calls).toHaveLength(calls);
  });

  it("confirmed, before or after the pause, it goes on for another ninety days: the same consent, without a bank call", async () => {
    const person = aPerson();
    const consentId = await connect(person, 180);
    const calls = harness.gateway.calls.length;
    days(80);
    const { consent, history } = await confirm(person, consentId);
    expect(consent).toMatchObject({ consentId, status: "valid", grant: { reconfirmation: { dueAt: harness.clock.now().add({ hours: 24 * 90 }) } } });
    expect(history.at(-1)).toMatchObject({ what: "reconfirmed", by: "psu" });
    days(90);
    expect((await watchReconfirmations(harness.ctx)).paused).toBe(1);
    expect((await confirm(person, consentId)).consent).toMatchObject({ status: "valid", grant: { reconfirmation: null } });
    expect(await harness.factsAbout(consentId)).toEqual(
      expect.arrayContaining(["consent.authorised", "consent.reconfirmed", "consent.paused", "consent.reconfirmed"]),
    );
    expect(harness.gateway.calls).toHaveLength(calls);
  });

  it("US-35 twenty confirmations at once are one", async () => {
    const person = aPerson();
    const consentId = await connect(person);
    days(90);
    await watchReconfirmations(harness.ctx);
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(person, consentId)));
    expect(new Set(answers.map(({ consent }) => consent.status))).toEqual(new Set(["valid"]));
    expect((await harness.factsAbout(consentId)).filter((type) => type === "consent.reconfirmed")).toHaveLength(1);
  });

  it("a paused one still runs out", async () => {
    const person = aPerson();
    const consentId = await connect(person, 120);
    days(90);
    await watchReconfirmations(harness.ctx);
    days(31);
    expect(await expireConsents(harness.ctx)).toBe(1);
    expect(await standing(person, consentId)).toMatchObject({ status: "expired" });
    await expect(confirm(person, consentId)).rejects.toMatchObject({ code: "ERR_CONSENT_ENDED" });
  });

  it("a paused one can be renewed at the bank instead", async () => {
    const person = aPerson();
    const old = await connect(person);
    days(90);
    await watchReconfirmations(harness.ctx);
    const renewed = await harness.connect(person, { aspspId: "uk", validityDays: 180, replaces: old });
    expect(await standing(person, old)).toMatchObject({ status: "replaced", replacedBy: renewed });
    expect(await standing(person, renewed)).toMatchObject({ status: "valid" });
  });

  it("US-08 a stranger's confirmation finds nothing, and changes nothing", async () => {
    const person = aPerson();
    const consentId = await connect(person);
    days(90);
    await watchReconfirmations(harness.ctx);
    await expect(confirm(aPerson(), consentId)).rejects.toMatchObject({ code: "ERR_CONSENT_NOT_FOUND" });
    expect(await standing(person, consentId)).toMatchObject({ status: "unconfirmed" });
  });
});

describe("where the bank asks by itself", () => {
  it("nothing is ever to confirm", async () => {
    harness.gateway.aspsps = [testBank];
    const person = aPerson();
    const consentId = await harness.connect(person, { validityDays: 180 });
    days(179);
    expect(await watchReconfirmations(harness.ctx)).toEqual({ paused: 0, reminded: 0 });
    await confirm(person, consentId);
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.authorised"]);
  });
});

describe("the bank wants to see the person again", () => {
  it("that is a pause like another, told once, which confirming does not lift and a renewal does", async () => {
    const person = aPerson();
    const consentId = await connect(person);
    await demandSca(person, consentId);
    await demandSca(person, consentId);
    expect(await standing(person, consentId)).toMatchObject({ status: "scaRequired" });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.authorised", "consent.paused"]);
    await expect(confirm(person, consentId)).rejects.toMatchObject({ code: "ERR_CONSENT_SCA_REQUIRED", kind: "rejected" });
    days(91);
    expect(await watchReconfirmations(harness.ctx)).toEqual({ paused: 0, reminded: 0 });
    const renewed = await harness.connect(person, { aspspId: "uk", validityDays: 180, replaces: consentId });
    expect(await standing(person, renewed)).toMatchObject({ status: "valid" });
    expect(await standing(person, consentId)).toMatchObject({ status: "replaced" });
  });

  it("heard of after the end, or of nobody's consent, it changes nothing", async () => {
    const person = aPerson();
    const consentId = await connect(person, 1);
    days(1);
    await expireConsents(harness.ctx);
    await demandSca(person, consentId);
    expect(await standing(person, consentId)).toMatchObject({ status: "expired" });
    expect(await demandSca(aPerson(), consentId)).toEqual({ kind: "not-found" });
  });
});
