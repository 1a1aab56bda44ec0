import { OplError } from "@opl/errors";
import { newId } from "@opl/service";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { aPerson, startHarness, startOfTest } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { testBank } from "../testing/fake-bank-gateway.ts";
import { hashState } from "./begin-attempt.ts";
import { erasePsu } from "./erase-psu.ts";
import { revokeConsent } from "./revoke-consent.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  harness.gateway.reset();
});
const now = Temporal.Instant.from(startOfTest);

describe("creating a consent", () => {
  it("records the intent, asks the bank with the person's presence, and answers its address", async () => {
    const person = aPerson();
    const { consentId, state, expiresAt } = await harness.begin(person, { validityDays: 90 });
    const [call] = harness.gateway.callsOf("createAspspConsent");
    expect(call?.input).toMatchObject({
      params: { consentId },
      psu: person.psu,
      body: { aspspId: "op-fi", validUntil: now.add({ hours: 90 * 24 }).toString(), redirectUri: "https://ledger.example/connect/return/op-fi", state },
    });
    expect(expiresAt).toEqual(now.add({ minutes: 10 }));
    expect(await harness.consentRow(consentId)).toMatchObject({ psuId: person.psu.psuId, status: "received", aspspConsentId: `bank-${consentId}` });
    expect(await harness.factsAbout(consentId)).toEqual(["consent.created"]);
    expect(await harness.factData(consentId, "consent.created")).toEqual({
      consentId,
      psuId: person.psu.psuId,
      aspspId: "op-fi",
      requestedValidUntil: now.add({ hours: 90 * 24 }).toString(),
      replaces: null,
    });
  });

  it("keeps the hash of the state, 256 random bits, and not the state", async () => {
    const { consentId, state } = await harness.begin(aPerson());
    const attempt = await harness.attemptOf(consentId);
    expect(Buffer.from(state, "base64url")).toHaveLength(32);
    expect(attempt.stateHash.equals(hashState(state))).toBe(true);
    expect(JSON.stringify(attempt)).not.toContain(state);
    expect(attempt.nonce).not.toBe(state);
    expect(attempt).toMatchObject({ issuer: "https://authorize.bank.example", issInResponse: false, responseType: "code id_token" });
  });

  it("never gives two attempts the same state or nonce", async () => {
    const person = aPerson();
    const begun = await Promise.all(Array.from({ length: 10 }, () => harness.begin(person)));
    const nonces = await Promise.all(begun.map(async ({ consentId }) => (await harness.attemptOf(consentId)).nonce));
    expect(new Set([...begun.map(({ state }) => state), ...nonces]).size).toBe(20);
  });

  it("ends the attempt with the bank's own request where that runs out sooner", async () => {
    harness.gateway.requestMinutes = 3;
    expect((await harness.begin(aPerson())).expiresAt).toEqual(now.add({ minutes: 3 }));
  });

  it("stays under the bank's longest consent", async () => {
    harness.gateway.aspsps = [{ ...testBank, consentMaxDays: 90 }];
    const { consentId } = await harness.begin(aPerson(), { validityDays: 180 });
    expect((await harness.consentRow(consentId)).requestedValidUntil).toEqual(now.add({ hours: 90 * 24 }).subtract({ minutes: 10 }));
  });

  it.each([
    { name: "an unknown bank", aspsps: [], code: "ERR_CONSENT_ASPSP_UNKNOWN" },
    { name: "a bank where we are not registered", aspsps: [{ ...testBank, registered: false }], code: "ERR_CONSENT_ASPSP_NOT_READY" },
    { name: "a bank without consents", aspsps: [{ ...testBank, capabilities: ["accounts" as const] }], code: "ERR_CONSENT_ASPSP_NOT_READY" },
  ])("refuses $name before anything is recorded", async ({ aspsps, code }) => {
    harness.gateway.aspsps = aspsps;
    const person = aPerson();
    await expect(harness.begin(person)).rejects.toMatchObject({ code });
    expect(await harness.database.db.selectFrom("consents").select("consentId").where("psuId", "=", person.psu.psuId).execute()).toEqual([]);
  });
});

describe("the bank does not create it", () => {
  it.each([
    { kind: "upstream", code: "ERR_ASPSP_UNAVAILABLE", by: "aspsp" },
    { kind: "rejected", code: "ERR_ASPSP_REJECTED", by: "aspsp" },
    { kind: "unavailable", code: "ERR_BANK_GATEWAY_UNAVAILABLE", by: "tpp" },
  ] as const)("$code rejects the consent and reaches the caller", async ({ kind, code, by }) => {
    harness.gateway.beforeCreate = () => Promise.reject(new OplError({ code, kind, message: "no" }));
    const person = aPerson();
    await expect(harness.begin(person)).rejects.toMatchObject({ code, kind });
    const [row] = await harness.database.db.selectFrom("consents").selectAll().where("psuId", "=", person.psu.psuId).execute();
    expect(row).toMatchObject({ status: "rejected", endReason: code });
    expect(await harness.attemptOf(row!.consentId)).toMatchObject({ scaStatus: "failed", outcome: "failed", reason: code, nonce: null });
    expect(await harness.factsAbout(row!.consentId)).toEqual(["consent.created", "consent.rejected"]);
    expect(await harness.historyOf(row!.consentId)).toEqual([
      { what: "created", by: "psu", reason: null },
      { what: "rejected", by, reason: code },
    ]);
  });

  it("what was withdrawn while the bank was working is not handed out", async () => {
    const person = aPerson();
    harness.gateway.beforeCreate = async () => {
      const { consentId } = harness.gateway.callsOf("createAspspConsent")[0]!.input.params;
      await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true });
    };
    await expect(harness.begin(person)).rejects.toMatchObject({ code: "ERR_CONSENT_ENDED" });
  });
});

describe("renewing", () => {
  it("needs a consent of the same person", async () => {
    const other = await harness.connect(aPerson());
    await expect(harness.begin(aPerson(), { replaces: other })).rejects.toMatchObject({ code: "ERR_CONSENT_NOT_FOUND" });
    await expect(harness.begin(aPerson(), { replaces: newId() })).rejects.toMatchObject({ code: "ERR_CONSENT_NOT_FOUND" });
  });
  it("needs one at the same bank that can still be followed", async () => {
    const person = aPerson();
    const consentId = await harness.connect(person);
    await expect(harness.begin(person, { aspspId: "other-bank", replaces: consentId })).rejects.toMatchObject({ code: "ERR_CONSENT_NOT_REPLACEABLE" });
    await revokeConsent(harness.ctx, { psu: person.psu, consentId, keepData: true });
    await expect(harness.begin(person, { replaces: consentId })).rejects.toMatchObject({ code: "ERR_CONSENT_NOT_REPLACEABLE" });
  });
});

it("US-37 a person who was erased does not come back", async () => {
  const person = aPerson();
  await erasePsu(harness.ctx, person.psu.psuId);
  await expect(harness.begin(person)).rejects.toMatchObject({ code: "ERR_CONSENT_PSU_ERASED" });
});
