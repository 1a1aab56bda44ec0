import { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { example } from "@opl/testkit";
import { sql } from "kysely";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dateGivenFunds, getFundsConsent, listFundsConsents, scheduleFundsWarnings } from "../db/funds-store.ts";
import { listReceipts } from "../db/receipt-store.ts";
import { fundsHistory } from "../domain/funds-consent.ts";
import { onAspspConsentLost } from "../events/on-aspsp-consent-lost.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness, Person } from "../testing/harness.ts";
import { runPayments } from "../testing/payments.ts";
import { erasePsu } from "./erase-psu.ts";
import { confirmFunds, createFundsConsent, expireFundsConsents, revokeFundsConsent, warnOfFundsEnds } from "./funds-consents.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  harness.gateway.reset();
  harness.clock.set("2026-11-29T10:00:00Z");
});

const amount = { amount: "100.00", currency: "EUR" };
async function begin({ psu, sessionBinding }: Person, validityDays = 180, renews?: string) {
  const { fundsConsentId, redirectUrl } = await createFundsConsent(harness.ctx, { psu, sessionBinding, aspspId: "op-fi", iban: null, validityDays, renews });
  return { fundsConsentId, state: new URL(redirectUrl).searchParams.get("state") ?? "" };
}
async function allow(person: Person, validityDays?: number): Promise<string> {
  const { fundsConsentId, state } = await begin(person, validityDays);
  expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised", about: { kind: "funds", fundsConsentId } });
  return fundsConsentId;
}
/** Everywhere the end of one that was given at ten shows: an hour later, by whom and why. */
async function isOver({ psu: { psuId } }: Person, fundsConsentId: string, status: string, { by, code }: { by: string; code: string }): Promise<void> {
  const { db } = harness.ctx;
  const at = "2026-11-29T11:00:00Z";
  const found = await getFundsConsent(db, { psuId, fundsConsentId });
  expect(found?.consent.status).toBe(status);
  const history = found === undefined ? [] : fundsHistory(found.consent);
  expect(history.map(({ what, by: who, reason, at: when }) => [what, who, reason, String(when)])).toEqual([
    ["created", "psu", null, "2026-11-29T10:00:00Z"],
    ["authorised", "psu", null, "2026-11-29T10:00:00Z"],
    ["lost", by, code, at],
  ]);
  const happened = by === "aspsp" ? "ended-at-bank" : "ended-by-us";
  expect(await listReceipts(db, { about: "funds", psuId, consentId: fundsConsentId })).toMatchObject([{ happened: "granted" }, { happened, at }]);
  const facts = await db.selectFrom("outbox").select("data").where("aggregateId", "=", fundsConsentId).orderBy("position").execute();
  expect(facts.map(({ data }) => JSON.parse(data) as unknown)).toMatchObject([{ status: "received" }, { status: "valid" }, { status, reason: code }]);
}
const statusOf = async ({ psu }: Person, fundsConsentId: string) =>
  (await getFundsConsent(harness.ctx.db, { psuId: psu.psuId, fundsConsentId }))?.consent.status;

it("is allowed on the same way back, asked, and keeps the bank's latest word only", async () => {
  const person = aPerson();
  const fundsConsentId = await allow(person);
  expect(await confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId, amount })).toMatchObject({ fundsAvailable: true });
  const bank = harness.gateway.funds.get(fundsConsentId);
  if (bank !== undefined) bank.available = false;
  harness.clock.advance({ minutes: 1 });
  await confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId, amount: { amount: "7.00", currency: "EUR" } });
  expect(await listFundsConsents(harness.ctx.db, person.psu.psuId)).toMatchObject([
    { consent: { status: "valid", iban: "FI2112345600000785" }, lastConfirmation: { amount: { minor: 700n, currency: "EUR" }, fundsAvailable: false } },
  ]);
});

it("asks the bank nothing without a permission, for another person, or for no amount", async () => {
  const person = aPerson();
  const { fundsConsentId } = await begin(person);
  await expect(confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId, amount })).rejects.toMatchObject({ code: "ERR_FUNDS_CONSENT_NOT_VALID" });
  const allowed = await allow(person);
  await expect(confirmFunds(harness.ctx, { psu: aPerson().psu, fundsConsentId: allowed, amount })).rejects.toMatchObject({
    code: "ERR_FUNDS_CONSENT_NOT_FOUND",
  });
  await expect(confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId: allowed, amount: { amount: "0.00", currency: "EUR" } })).rejects.toMatchObject({
    code: "ERR_PAYMENT_ORDER_INVALID",
  });
  expect(harness.gateway.calls).not.toContain("confirmFunds");
});

it("the person's no ends it, and so does a bank that does not create it", async () => {
  const person = aPerson();
  const { fundsConsentId, state } = await begin(person);
  expect(await harness.comeBack(person, returned({ state, code: undefined, id_token: undefined, error: "access_denied" }))).toMatchObject({
    outcome: "refused",
  });
  expect(await statusOf(person, fundsConsentId)).toBe("rejected");
  harness.gateway.fault = () => {
    throw new OplError({ code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable", message: "down" });
  };
  await expect(begin(person)).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
  const all = await listFundsConsents(harness.ctx.db, person.psu.psuId);
  expect(all.map(({ consent }) => consent.status)).toEqual(["rejected", "rejected"]);
});

it("withdrawn: ours at once, the gateway at once or later; run out: by the clock; erased: with the person", async () => {
  const person = aPerson();
  const [withdrawn, expiring, erased] = [await allow(person), await allow(person, 1), await allow(person)];
  harness.gateway.fault = (point) => {
    if (point === "before revokeFundsConsent") throw new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "cut" });
  };
  expect((await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId: withdrawn })).consent.status).toBe("revokedByPsu");
  await expect(confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId: withdrawn, amount })).rejects.toMatchObject({
    code: "ERR_FUNDS_CONSENT_NOT_VALID",
  });
  harness.gateway.fault = () => undefined;
  harness.clock.advance({ hours: 24 });
  await expect(confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId: expiring, amount })).rejects.toMatchObject({ code: "ERR_FUNDS_CONSENT_NOT_VALID" });
  expect(await expireFundsConsents(harness.ctx)).toBe(1);
  expect(await statusOf(person, expiring)).toBe("expired");
  await erasePsu(harness.ctx, person.psu.psuId);
  await runPayments(harness.ctx);
  expect([withdrawn, expiring, erased].map((fundsConsentId) => harness.gateway.funds.get(fundsConsentId)?.revoked)).toEqual([true, true, true]);
  expect(await listFundsConsents(harness.ctx.db, person.psu.psuId)).toEqual([]);
});

it.each([
  ["withdrawn there", "ERR_ASPSP_CONSENT_INVALID", { by: "aspsp", endReason: "ERR_ASPSP_CONSENT_INVALID" }, "revokedByPsu"],
  ["run out there", "ERR_ASPSP_CONSENT_EXPIRED", { by: "aspsp", endReason: "ERR_ASPSP_CONSENT_EXPIRED" }, "revokedByPsu"],
  ["lost by us, of which the fact is still under way", "ERR_ASPSP_CONSENT_INVALID", { by: "tpp", endReason: "id-token-refused" }, "terminatedByTpp"],
] as const)("%s (%s): who asked is told, and it is over with its history, receipt and fact", async (_, code, details, status) => {
  const person = aPerson();
  const { psu } = person;
  const fundsConsentId = await allow(person);
  const question = confirmFunds(harness.ctx, { psu, fundsConsentId, amount });
  await expect(question).resolves.toMatchObject({ fundsAvailable: true });
  harness.gateway.fault = (point) => {
    if (point === "before confirmFunds") throw new OplError({ code, kind: "rejected", message: "over", details });
  };
  harness.clock.advance({ hours: 1 });
  await expect(confirmFunds(harness.ctx, { psu, fundsConsentId, amount })).rejects.toMatchObject({ code });
  const asked = harness.gateway.calls.filter((call) => call === "confirmFunds").length;
  await expect(confirmFunds(harness.ctx, { psu, fundsConsentId, amount })).rejects.toMatchObject({ code: "ERR_FUNDS_CONSENT_NOT_VALID" });
  expect(harness.gateway.calls.filter((call) => call === "confirmFunds")).toHaveLength(asked);
  await isOver(person, fundsConsentId, status, { by: details.by, code: details.endReason });
  await expect(allow(person)).resolves.not.toBe(fundsConsentId);
});

it("gone and not said by whom: nothing is recorded before the fact, which then names the party", async () => {
  const person = aPerson();
  const { psu } = person;
  const fundsConsentId = await allow(person);
  harness.gateway.fault = (point) => {
    if (point === "before confirmFunds") throw new OplError({ code: "ERR_ASPSP_CONSENT_INVALID", kind: "rejected", message: "over" });
  };
  harness.clock.advance({ hours: 1 });
  await expect(confirmFunds(harness.ctx, { psu, fundsConsentId, amount })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
  expect(await statusOf(person, fundsConsentId)).toBe("valid");
  const data = { consentId: fundsConsentId, psuId: psu.psuId, aspspId: "op-fi", code: "id-token-refused", by: "tpp" as const };
  await inTransaction(harness.ctx.db, (tx) => onAspspConsentLost(harness.ctx)(tx, { ...example("bank-gateway.aspsp-consent-lost"), data }));
  await isOver(person, fundsConsentId, "terminatedByTpp", { by: "tpp", code: "id-token-refused" });
});

it.each([
  ["aspsp", "refresh-refused", "revokedByPsu"],
  ["tpp", "refresh-interrupted", "terminatedByTpp"],
] as const)("what the gateway lost by itself (%s, %s) ends it the same way, once", async (by, code, status) => {
  const person = aPerson();
  const fundsConsentId = await allow(person);
  harness.clock.advance({ hours: 1 });
  const lost = {
    ...example("bank-gateway.aspsp-consent-lost"),
    data: { consentId: fundsConsentId, psuId: person.psu.psuId, aspspId: "op-fi", code, by },
  };
  for (let heard = 0; heard < 2; heard += 1) await inTransaction(harness.ctx.db, (tx) => onAspspConsentLost(harness.ctx)(tx, lost));
  await isOver(person, fundsConsentId, status, { by, code });
});

it("a question that the bank did not answer ends nothing", async () => {
  const person = aPerson();
  const fundsConsentId = await allow(person);
  harness.gateway.fault = (point) => {
    if (point === "before confirmFunds") throw new OplError({ code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable", message: "down" });
  };
  await expect(confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId, amount })).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
  expect(await statusOf(person, fundsConsentId)).toBe("valid");
});

describe("near its end", () => {
  const facts = async (fundsConsentId: string) => {
    const rows = await harness.ctx.db.selectFrom("outbox").select("data").where("aggregateId", "=", fundsConsentId).orderBy("position").execute();
    return rows.map(({ data }) => JSON.parse(data) as { status: string; daysLeft?: number; replacedBy?: string });
  };
  const passDays = (days: number) => harness.clock.advance({ hours: 24 * days });
  const historyOf = async ({ psu }: Person, fundsConsentId: string) => {
    const found = await getFundsConsent(harness.ctx.db, { psuId: psu.psuId, fundsConsentId });
    return found === undefined ? [] : fundsHistory(found.consent).map(({ what }) => what);
  };

  it("is told of 30, 7 and 1 days before, each once, with no receipt and no word to the gateway", async () => {
    const person = aPerson();
    const fundsConsentId = await allow(person);
    for (const days of [149, 1, 0, 23, 6]) {
      passDays(days);
      await warnOfFundsEnds(harness.ctx);
    }
    expect((await facts(fundsConsentId)).map(({ status, daysLeft }) => [status, daysLeft])).toEqual([
      ["received", undefined],
      ["valid", undefined],
      ["valid", 30],
      ["valid", 7],
      ["valid", 1],
    ]);
    expect(await historyOf(person, fundsConsentId)).toEqual(["created", "authorised", "expiring", "expiring", "expiring"]);
    expect(await listReceipts(harness.ctx.db, { about: "funds", psuId: person.psu.psuId, consentId: fundsConsentId })).toMatchObject([{ happened: "granted" }]);
    await runPayments(harness.ctx);
    expect(harness.gateway.funds.get(fundsConsentId)?.revoked).toBe(false);
  });

  it("one that was given by a replica from before is told of too, on the same days", async () => {
    const { db } = harness.ctx;
    const [far, near, last] = [await allow(aPerson()), await allow(aPerson(), 20), await allow(aPerson(), 1)];
    await db.updateTable("fundsConsents").set({ nextWarningAt: null }).where("fundsConsentId", "in", [far, near, last]).execute();
    await scheduleFundsWarnings(db, harness.clock.now());
    expect(await scheduleFundsWarnings(db, harness.clock.now())).toBe(0);
    await warnOfFundsEnds(harness.ctx);
    const told = async () => Promise.all([far, near, last].map(async (each) => (await facts(each)).flatMap(({ daysLeft }) => daysLeft ?? [])));
    expect(await told()).toEqual([[], [], []]);
    passDays(13);
    await warnOfFundsEnds(harness.ctx);
    expect(await told()).toEqual([[], [7], []]);
    passDays(137);
    await warnOfFundsEnds(harness.ctx);
    expect((await told())[0]).toEqual([30]);
  });

  it("renewed: the newer one is for the same account and takes its place, there and here, with a receipt of each", async () => {
    const person = aPerson();
    const { psuId } = person.psu;
    const older = await allow(person);
    passDays(150);
    const { fundsConsentId: newer, state } = await begin(person, 180, older);
    expect(harness.gateway.funds.get(newer)).toMatchObject({ iban: "FI2112345600000785" });
    expect(await statusOf(person, older)).toBe("valid");
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised" });
    await runPayments(harness.ctx);
    expect([older, newer].map((each) => harness.gateway.funds.get(each)?.revoked)).toEqual([true, false]);
    expect(await Promise.all([historyOf(person, older), historyOf(person, newer)])).toEqual([
      ["created", "authorised", "replaced"],
      ["created", "authorised"],
    ]);
    const { rows } = await sql<{ about: string; happened: string; by: string | null; of: string | null }>`
      select consent_id as about, facts->>'happened' as happened, facts->>'replacedBy' as by, facts->>'replaces' as of
      from funds_receipts where psu_id = ${psuId}::uuid order by (consent_id = ${older}::uuid) desc, position`.execute(harness.ctx.db);
    expect(rows).toEqual([
      { about: older, happened: "granted", by: null, of: null },
      { about: older, happened: "replaced", by: newer, of: null },
      { about: newer, happened: "renewed", by: null, of: older },
    ]);
    expect((await facts(older)).at(-1)).toMatchObject({ status: "revokedByPsu", replacedBy: newer });
  });

  it.each([
    ["another account", "FI5549299510000252"],
    ["nobody knows which account", null],
  ])("renewed, and the bank granted %s: both stand, and the newer one is a permission of its own", async (_, iban) => {
    const person = aPerson();
    const older = await allow(person);
    const { fundsConsentId: newer, state } = await begin(person, 180, older);
    harness.gateway.grantedIban = iban;
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "authorised" });
    expect(await Promise.all([older, newer].map((each) => statusOf(person, each)))).toEqual(["valid", "valid"]);
    expect(await listReceipts(harness.ctx.db, { about: "funds", psuId: person.psu.psuId, consentId: newer })).toMatchObject([{ happened: "granted" }]);
  });

  it.each([
    ["in turn", false],
    ["at once", true],
  ])("renewed twice and both approved %s: one is left, and the line has no gap", async (_, atOnce) => {
    const person = aPerson();
    const older = await allow(person);
    const renewals = [await begin(person, 180, older), await begin(person, 180, older)];
    const back = renewals.map(
      ({ state }) =>
        () =>
          harness.comeBack(person, returned({ state })),
    );
    if (atOnce) await Promise.all(back.map((come) => come()));
    else for (const come of back) await come();
    const all = (await listFundsConsents(harness.ctx.db, person.psu.psuId)).map(({ consent }) => consent);
    const [standing, ...more] = all.filter(({ status }) => status === "valid");
    expect(more).toEqual([]);
    const between = renewals.find(({ fundsConsentId }) => fundsConsentId !== standing?.fundsConsentId)?.fundsConsentId;
    expect(standing?.replaces).toBe(between);
    expect(all.find(({ fundsConsentId }) => fundsConsentId === between)).toMatchObject({ replaces: older, replacedBy: standing?.fundsConsentId });
    expect(all.find(({ fundsConsentId }) => fundsConsentId === older)).toMatchObject({ replacedBy: between });
  });

  it("a no to the renewal leaves the older one as it was", async () => {
    const person = aPerson();
    const older = await allow(person);
    const { state } = await begin(person, 180, older);
    await harness.comeBack(person, returned({ state, code: undefined, id_token: undefined, error: "access_denied" }));
    expect(await statusOf(person, older)).toBe("valid");
  });

  it("one that is over is allowed anew for its account, and keeps its own end", async () => {
    const person = aPerson();
    const older = await allow(person);
    await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId: older });
    const { fundsConsentId: newer, state } = await begin(person, 180, older);
    expect(harness.gateway.funds.get(newer)).toMatchObject({ iban: "FI2112345600000785" });
    await harness.comeBack(person, returned({ state }));
    expect(await historyOf(person, older)).toEqual(["created", "authorised", "revoked"]);
    expect(await listReceipts(harness.ctx.db, { about: "funds", psuId: person.psu.psuId, consentId: newer })).toMatchObject([{ happened: "granted" }]);
  });

  it("nobody renews another person's, or at another bank", async () => {
    const older = await allow(aPerson());
    await expect(begin(aPerson(), 180, older)).rejects.toMatchObject({ code: "ERR_FUNDS_CONSENT_NOT_FOUND" });
    const { psu, sessionBinding } = aPerson();
    const own = await allow({ psu, sessionBinding });
    const elsewhere = { psu, sessionBinding, aspspId: "other-bank", iban: null, validityDays: 180, renews: own };
    await expect(createFundsConsent(harness.ctx, elsewhere)).rejects.toMatchObject({ code: "ERR_CONSENT_NOT_REPLACEABLE" });
  });
});

it("given while a replica from before still serves: what the attempt knows is filled in, and the end has its receipt", async () => {
  const person = aPerson();
  const [before, open] = [await allow(person), await begin(person)];
  const { db } = harness.ctx;
  const { psuId } = person.psu;
  await db.deleteFrom("fundsReceipts").where("psuId", "=", psuId).execute();
  await db.updateTable("fundsConsents").set({ authorisedAt: null }).where("psuId", "=", psuId).execute();
  harness.clock.advance({ hours: 1 });
  expect([await dateGivenFunds(db), await dateGivenFunds(db)]).toEqual([1, 0]);
  const { consent } = await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId: before });
  expect(fundsHistory(consent).map(({ what, at }) => [what, String(at)])).toEqual([
    ["created", "2026-11-29T10:00:00Z"],
    ["authorised", "2026-11-29T10:00:00Z"],
    ["revoked", "2026-11-29T11:00:00Z"],
  ]);
  expect(await listReceipts(db, { about: "funds", psuId, consentId: before })).toMatchObject([{ happened: "withdrawn", sequence: 1 }]);
  expect((await getFundsConsent(db, { psuId, fundsConsentId: open.fundsConsentId }))?.consent.authorisedAt).toBeNull();
});

it("each step is a fact, once, and names no account", async () => {
  const person = aPerson();
  const fundsConsentId = await allow(person, 1);
  await confirmFunds(harness.ctx, { psu: person.psu, fundsConsentId, amount });
  harness.clock.advance({ hours: 24 });
  await expireFundsConsents(harness.ctx);
  await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId });
  const no = await begin(person);
  await harness.comeBack(person, returned({ state: no.state, code: undefined, id_token: undefined, error: "access_denied" }));
  const withdrawn = await allow(person);
  await revokeFundsConsent(harness.ctx, { psu: person.psu, fundsConsentId: withdrawn });
  const facts = async (of: string) => {
    const rows = await harness.ctx.db.selectFrom("outbox").select(["eventType", "data"]).where("aggregateId", "=", of).orderBy("position").execute();
    return rows.map(({ eventType, data }) => ({ eventType, data: JSON.parse(data) as Record<string, unknown> }));
  };
  const told = async (of: string) => (await facts(of)).map(({ eventType, data }) => [eventType, data["status"], data["reason"]]);
  const changed = "consent.funds-status-changed";
  expect(await told(fundsConsentId)).toEqual(["received", "valid", "expired"].map((status) => [changed, status, null]));
  expect(await told(no.fundsConsentId)).toEqual([
    [changed, "received", null],
    [changed, "rejected", expect.any(String)],
  ]);
  expect(await told(withdrawn)).toEqual(["received", "valid", "revokedByPsu"].map((status) => [changed, status, null]));
  expect(JSON.stringify(await facts(fundsConsentId))).not.toMatch(/FI\d{16}/);
});
