import { newId } from "@opl/service";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { endLapsedAuthorisations } from "./end-lapsed-authorisations.ts";
import { expireConsents } from "./expire-consents.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  harness.gateway.reset();
  await harness.database.db.deleteFrom("consents").execute();
});

describe("consents run out", () => {
  it("ends each at its end and not before, once", async () => {
    const short = await harness.connect(aPerson(), { validityDays: 1 });
    const long = await harness.connect(aPerson(), { validityDays: 90 });
    harness.clock.advance({ hours: 23, minutes: 59 });
    expect(await expireConsents(harness.ctx)).toBe(0);
    harness.clock.advance({ minutes: 1 });
    expect(await Promise.all([expireConsents(harness.ctx), expireConsents(harness.ctx)]).then(([a, b]) => a + b)).toBe(1);
    expect(await harness.factsAbout(short)).toEqual(["consent.created", "consent.authorised", "consent.expired"]);
    expect(await harness.consentRow(short)).toMatchObject({ status: "expired" });
    expect(await harness.consentRow(long)).toMatchObject({ status: "valid" });
  });

  it("works through more than one batch", async () => {
    const consentId = await harness.connect(aPerson(), { validityDays: 1 });
    const { db } = harness.database;
    const row = await harness.consentRow(consentId);
    await db
      .insertInto("consents")
      .values(Array.from({ length: 450 }, () => ({ ...row, psuId: newId(), consentId: newId() })))
      .execute();
    harness.clock.advance({ hours: 25 });
    expect(await expireConsents(harness.ctx)).toBe(451);
  });
});

describe("warnings", () => {
  it("come 30, 7 and 1 days before the end, each once", async () => {
    const consentId = await harness.connect(aPerson(), { validityDays: 90 });
    const warned: number[] = [];
    for (let day = 1; day < 90; day += 1) {
      harness.clock.advance({ hours: 24 });
      if ((await warnOfExpiry(harness.ctx)) + (await warnOfExpiry(harness.ctx)) > 0) warned.push(90 - day);
    }
    expect(warned).toEqual([30, 7, 1]);
    const rows = await harness.database.db
      .selectFrom("outbox")
      .select(["aggregateVersion", "data"])
      .where("aggregateId", "=", consentId)
      .where("eventType", "=", "consent.expiring")
      .orderBy("position")
      .execute();
    expect(rows.map(({ aggregateVersion, data }) => [aggregateVersion, (JSON.parse(data) as { daysLeft: number }).daysLeft])).toEqual([
      [1n, 30],
      [2n, 7],
      [3n, 1],
    ]);
  });

  it("do not come for what has ended", async () => {
    await harness.connect(aPerson(), { validityDays: 10 });
    harness.clock.advance({ hours: 24 * 11 });
    expect(await warnOfExpiry(harness.ctx)).toBe(0);
  });
});

describe("attempts that lead nowhere", () => {
  it("OA-11 end after ten minutes, and the consent with them", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    harness.clock.advance({ minutes: 9 });
    expect(await endLapsedAuthorisations(harness.ctx)).toBe(0);
    harness.clock.advance({ minutes: 1 });
    expect(await endLapsedAuthorisations(harness.ctx)).toBe(1);
    expect(await endLapsedAuthorisations(harness.ctx)).toBe(0);
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: "ERR_AUTHORISATION_TIMED_OUT" });
    expect(await harness.revocationsOf(consentId)).toEqual([]);
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_TIMED_OUT" });
    expect(harness.gateway.callsOf("exchangeCode")).toEqual([]);
    expect(await harness.consentRow(consentId)).toMatchObject({ scope: null, authorisedAt: null });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.rejected"]);
  });

  it("OA-60 killed between the exchange and its recording: ended after a restart, the code never sent again, the tokens forgotten", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    const killed = new Error("killed");
    // What a killed process leaves: the first transaction committed, the second never begun.
    const dying = {
      ...harness.ctx,
      clock: {
        now: () => {
          if (harness.gateway.callsOf("exchangeCode").length > 0) throw killed;
          return harness.clock.now();
        },
      },
    };
    const { completeAuthorisation } = await import("./complete-authorisation.ts");
    await expect(completeAuthorisation(dying, { ...person, redirectContext: "op-fi", parameters: returned({ state }) })).rejects.toBe(killed);
    expect(await harness.attemptOf(consentId)).toMatchObject({ scaStatus: "started" });
    await expect(harness.comeBack(person, returned({ state }))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_IN_PROGRESS" });
    expect(await endLapsedAuthorisations(harness.ctx)).toBe(0);

    harness.clock.advance({ seconds: 45 });
    expect(await endLapsedAuthorisations(harness.ctx)).toBe(1);
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_INTERRUPTED" });
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: "ERR_AUTHORISATION_INTERRUPTED" });
    expect(harness.gateway.callsOf("exchangeCode")).toHaveLength(1);
    expect(await harness.revocationsOf(consentId)).toHaveLength(1);
  });
});
