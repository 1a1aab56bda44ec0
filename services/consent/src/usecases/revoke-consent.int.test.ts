import { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { example } from "@opl/testkit";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { onAspspConsentLost } from "../events/on-aspsp-consent-lost.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { loseConsent } from "./lose-consent.ts";
import { revokeConsent } from "./revoke-consent.ts";
import { tellAspsp } from "./tell-aspsp.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(async () => {
  harness.gateway.reset();
  await harness.database.db.deleteFrom("aspspRevocations").execute();
});
const gone = () => Promise.reject(new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "down" }));

describe("withdrawing", () => {
  it("is committed here before the gateway is told, and told with the person's presence", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    let seen: unknown;
    harness.gateway.beforeRevoke = async () => {
      seen = { status: (await harness.consentRow(consentId)).status, facts: await harness.factsAbout(consentId) };
    };
    const { consent, told } = await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: false });
    expect(seen).toEqual({ status: "revokedByPsu", facts: ["consent.created", "consent.authorised", "consent.revoked"] });
    expect(consent.status).toBe("revokedByPsu");
    expect(told).toEqual({ kind: "told", consentId });
    expect(harness.gateway.callsOf("revokeAspspConsent").map(({ input }) => input)).toEqual([
      { params: { consentId }, body: { aspspId: "op-fi" }, psu: person.psu },
    ]);
    expect(await harness.factData(consentId, "consent.revoked")).toEqual({
      consentId,
      psuId: person.psu.psuId,
      aspspId: "op-fi",
      by: "psu",
      keepData: false,
      revokedAt: harness.clock.now().toString(),
    });
    expect(await harness.revocationsOf(consentId)).toEqual([]);
  });

  it("US-35 twice at once ends it once", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    const both = await Promise.all([true, false].map((keepData) => revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData })));
    expect(both.map(({ consent }) => consent.status)).toEqual(["revokedByPsu", "revokedByPsu"]);
    expect((await harness.factsAbout(consentId)).filter((type) => type === "consent.revoked")).toHaveLength(1);
    expect(harness.gateway.callsOf("revokeAspspConsent")).toHaveLength(1);
  });

  it("what has ended stays as it ended, and nobody is told again", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true });
    const { endedAt } = await harness.consentRow(consentId);
    harness.clock.advance({ minutes: 1 });
    const { told } = await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: false });
    expect(told).toEqual({ kind: "nothing" });
    expect((await harness.consentRow(consentId)).endedAt).toEqual(endedAt);
    expect(harness.gateway.callsOf("revokeAspspConsent")).toHaveLength(1);
  });

  it("an attempt that is open ends with it", async () => {
    const person = aPerson();
    const { consentId } = await harness.begin(person);
    await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true });
    expect(await harness.attemptOf(consentId)).toMatchObject({ scaStatus: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
  });

  it("US-08 another person's consent does not exist", async () => {
    const consentId = await harness.connect(aPerson());
    for (const id of [consentId, newId()])
      await expect(revokeConsent(harness.ctx, { psu: aPerson().psu, consentId: id, keepData: false })).rejects.toMatchObject({
        code: "ERR_CONSENT_NOT_FOUND",
        kind: "not-found",
      });
    expect((await harness.consentRow(consentId)).status).toBe("valid");
    expect(harness.gateway.callsOf("revokeAspspConsent")).toEqual([]);
  });
});

describe("telling the gateway later", () => {
  it("goes on with growing pauses until it answers", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    harness.gateway.beforeRevoke = gone;
    const { consent, told } = await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true });
    expect([consent.status, told.kind]).toEqual(["revokedByPsu", "later"]);
    expect((await tellAspsp(harness.ctx)).kind).toBe("nothing");
    harness.clock.advance({ seconds: 10 });
    expect((await tellAspsp(harness.ctx)).kind).toBe("later");
    harness.clock.advance({ seconds: 10 });
    expect((await tellAspsp(harness.ctx)).kind).toBe("nothing");
    harness.gateway.beforeRevoke = undefined;
    harness.clock.advance({ seconds: 10 });
    expect(await tellAspsp(harness.ctx)).toEqual({ kind: "told", consentId });
    // Nobody is present any more.
    expect(harness.gateway.callsOf("revokeAspspConsent").at(-1)?.input.psu).toBeUndefined();
    expect(await harness.revocationsOf(consentId)).toEqual([]);
  });

  it("never waits longer than an hour", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    harness.gateway.beforeRevoke = gone;
    await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true });
    for (let tries = 0; tries < 40; tries += 1) {
      harness.clock.advance({ hours: 1 });
      expect((await tellAspsp(harness.ctx)).kind).toBe("later");
    }
  });

  it("a process that died with the order in its hands leaves it to the next", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    const died = new Error("killed");
    harness.gateway.beforeRevoke = () => Promise.reject(died);
    const deadDb = {
      ...harness.ctx,
      clock: {
        now: () => {
          if (harness.gateway.callsOf("revokeAspspConsent").length > 0) throw died;
          return harness.clock.now();
        },
      },
    };
    await expect(revokeConsent(deadDb, { psu: person.psu, consentId, keepData: true })).rejects.toBe(died);
    harness.gateway.beforeRevoke = undefined;
    expect((await tellAspsp(harness.ctx)).kind).toBe("nothing");
    harness.clock.advance({ seconds: 60 });
    expect(await tellAspsp(harness.ctx)).toEqual({ kind: "told", consentId });
  });

  it("US-36 tokens that come up while the gateway is being told are forgotten as well", async () => {
    const person = aPerson();
    const { consentId, state } = await harness.begin(person);
    // The exchange answers while the first order is on its way: a second order comes in, and the end of the first must not take it away.
    let withdrawing: Promise<unknown> = Promise.resolve();
    const exchanged = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    harness.gateway.beforeRevoke = () => (told.resolve(), exchanged.promise);
    harness.gateway.beforeExchange = async () => {
      withdrawing = revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: false });
      await told.promise;
    };
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
    exchanged.resolve();
    await withdrawing;
    expect(await tellAspsp(harness.ctx)).toEqual({ kind: "told", consentId });
    expect(harness.gateway.callsOf("revokeAspspConsent")).toHaveLength(2);
    expect(await harness.revocationsOf(consentId)).toEqual([]);
  });

  it("is done when the gateway knows nothing of the consent", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    harness.gateway.beforeRevoke = () => Promise.reject(new OplError({ code: "ERR_ASPSP_CONSENT_NOT_FOUND", kind: "not-found", message: "no" }));
    expect((await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true })).told.kind).toBe("told");
    expect(await harness.revocationsOf(consentId)).toEqual([]);
  });

  it("two processes at it tell each consent once", async () => {
    harness.gateway.beforeRevoke = gone;
    for (let i = 0; i < 4; i += 1) {
      const person = aPerson();
      await revokeConsent(harness.ctx, { psu: person.psu, consentId: await harness.connect(person), keepData: true });
    }
    harness.gateway.reset();
    harness.clock.advance({ seconds: 10 });
    await Promise.all(Array.from({ length: 8 }, () => tellAspsp(harness.ctx)));
    const told = harness.gateway.callsOf("revokeAspspConsent").map(({ input }) => input.params.consentId);
    expect(told).toHaveLength(4);
    expect(new Set(told).size).toBe(4);
  });
});

describe("the bank says it is gone", () => {
  it.each([
    ["ERR_ASPSP_CONSENT_INVALID", "aspsp", "revokedByPsu"],
    ["refresh-refused", "aspsp", "revokedByPsu"],
    ["refresh-interrupted", "tpp", "terminatedByTpp"],
    ["id-token-refused", "tpp", "terminatedByTpp"],
  ] as const)("OA-62 OA-63 OA-64 %s: ends a valid one and says that it was the %s, once however often it is heard", async (code, by, status) => {
    const person = aPerson();
    const { psuId } = person.psu;
    const consentId = await harness.connect(person);
    const lost = { ...example("bank-gateway.aspsp-consent-lost"), data: { consentId, psuId, aspspId: "op-fi", code, by } };
    for (let heard = 0; heard < 2; heard += 1) await inTransaction(harness.ctx.db, (tx) => onAspspConsentLost(harness.ctx)(tx, lost));
    expect(await harness.consentRow(consentId)).toMatchObject({ status });
    expect(await harness.factData(consentId, "consent.revoked")).toMatchObject({ by, keepData: true, reason: code });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created", "consent.authorised", "consent.revoked"]);
    expect((await harness.historyOf(consentId)).map(({ what, ...entry }) => [what, entry.by, entry.reason])).toEqual([
      ["created", "psu", null],
      ["authorised", "psu", null],
      ["lost", by, code],
    ]);
    expect(await harness.revocationsOf(consentId)).toEqual([]);
  });
  it.each([
    ["ERR_ASPSP_CONSENT_INVALID", "aspsp", "revokedByPsu"],
    ["refresh-refused", "aspsp", "revokedByPsu"],
    ["refresh-interrupted", "tpp", "terminatedByTpp"],
    ["scope-changed", "tpp", "terminatedByTpp"],
    ["tokens-refused", "tpp", "terminatedByTpp"],
    ["id-token-refused", "tpp", "terminatedByTpp"],
  ] as const)("OA-62 OA-63 OA-64 %s of a gateway that does not say by whom yet: it was the %s", async (code, by, status) => {
    const person = aPerson();
    const { psuId } = person.psu;
    const consentId = await harness.connect(person);
    const lost = { ...example("bank-gateway.aspsp-consent-lost"), data: { consentId, psuId, aspspId: "op-fi", code } };
    await inTransaction(harness.ctx.db, (tx) => onAspspConsentLost(harness.ctx)(tx, lost));
    expect(await harness.consentRow(consentId)).toMatchObject({ status });
    expect((await harness.historyOf(consentId)).at(-1)).toMatchObject({ what: "lost", by, reason: code });
  });
  it("rejects one that nobody came back for", async () => {
    const person = aPerson();
    const { consentId } = await harness.begin(person);
    await loseConsent(harness.ctx, { psuId: person.psu.psuId, consentId }, { by: "aspsp", code: "ERR_ASPSP_CONSENT_EXPIRED" });
    expect(await harness.consentRow(consentId)).toMatchObject({ status: "rejected", endReason: "ERR_ASPSP_CONSENT_EXPIRED" });
    expect(await harness.attemptOf(consentId)).toMatchObject({ scaStatus: "failed" });
  });
  it("needs nothing for one that is not known", async () => {
    await expect(loseConsent(harness.ctx, { psuId: newId(), consentId: newId() }, { by: "aspsp", code: "ERR_X" })).resolves.toBeUndefined();
  });
});
