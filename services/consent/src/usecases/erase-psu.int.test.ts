import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { eventually } from "@opl/testkit";
import { beforeAll, expect, it } from "vitest";
import { insertConsent, recordUse } from "../db/consent-store.ts";
import { lockPsu } from "../db/erasure-store.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { erasePsu } from "./erase-psu.ts";
import { finishErasures } from "./finish-erasures.ts";
import { loseConsent } from "./lose-consent.ts";
import { recordAccount } from "./record-account.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});

/** Which account a permission covers and when it was used, as the ledger tells it. */
const hearOfReading = (psuId: string, consentId: string) =>
  inTransaction(harness.database.db, async (tx) => {
    await recordUse(tx, { psuId, consentId }, harness.clock.now().toString());
    await recordAccount(tx, { psuId, consentId, accountId: newId(), kind: "current", iban: "FI2112345600000785" });
  });

it("ends every consent, tells everyone, orders the tokens forgotten, and forgets the person", async () => {
  const person = aPerson();
  const bystander = await harness.connect(aPerson());
  const valid = await harness.connect(person);
  const open = await harness.begin(person);
  const { psuId } = person.psu;
  await hearOfReading(psuId, valid);
  expect(await harness.consentRow(valid)).toMatchObject({ lastUsedAt: expect.anything() });
  await erasePsu(harness.ctx, psuId);
  await erasePsu(harness.ctx, psuId);

  const { db } = harness.database;
  for (const table of ["consents", "consentHistory", "consentAccounts", "authorisations"] as const) {
    expect(await db.selectFrom(table).select("consentId").where("psuId", "=", psuId).execute(), table).toEqual([]);
  }
  expect(await harness.factData(valid, "consent.revoked")).toMatchObject({ by: "tpp", keepData: false });
  expect((await harness.factsAbout(open.consentId)).at(-1)).toBe("consent.revoked");
  expect([...(await harness.revocationsOf(valid)), ...(await harness.revocationsOf(open.consentId))]).toHaveLength(2);
  expect(await harness.consentRow(bystander)).toMatchObject({ status: "valid" });
});

it("US-37 nothing that was under way brings the person back", async () => {
  const person = aPerson();
  const { consentId, state } = await harness.begin(person);
  await erasePsu(harness.ctx, person.psu.psuId);
  await expect(harness.comeBack(person, returned({ state }))).rejects.toMatchObject({ code: "ERR_AUTHORISATION_UNKNOWN" });
  await loseConsent(harness.ctx, { psuId: person.psu.psuId, consentId }, { by: "aspsp", code: "ERR_ASPSP_CONSENT_INVALID" });
  await hearOfReading(person.psu.psuId, consentId);
  await expect(harness.begin(person)).rejects.toMatchObject({ code: "ERR_CONSENT_PSU_ERASED" });
  for (const table of ["consents", "consentAccounts"] as const) {
    expect(await harness.database.db.selectFrom(table).select("consentId").where("psuId", "=", person.psu.psuId).execute(), table).toEqual([]);
  }
});

it("US-37 erasing waits for a consent that is just being created, and takes it along", async () => {
  const person = aPerson();
  const { psuId } = person.psu;
  const { consentId } = await harness.begin(person);
  const { createdAt, requestedValidUntil } = await harness.consentRow(consentId);
  const inserted = Promise.withResolvers<void>();
  const commit = Promise.withResolvers<void>();
  const creating = inTransaction(harness.ctx.db, async (tx) => {
    await lockPsu(tx, psuId);
    await insertConsent(tx, {
      psuId,
      consentId: newId(),
      aspspId: "op-fi",
      status: "received",
      createdAt,
      requestedValidUntil,
      replaces: null,
      reconfirmDays: null,
    });
    inserted.resolve();
    await commit.promise;
  });
  await inserted.promise;
  const erasing = erasePsu(harness.ctx, psuId);
  await Promise.race([erasing, eventually(async () => (await harness.waiting()) > 0)]);
  commit.resolve();
  await Promise.all([creating, erasing]);
  expect(await harness.database.db.selectFrom("consents").select("consentId").where("psuId", "=", psuId).execute()).toEqual([]);
});

it("takes the facts out of outbox and stream once they were sent and others had time to hear them", async () => {
  const person = aPerson();
  const { psuId } = person.psu;
  await harness.connect(person);
  await erasePsu(harness.ctx, psuId);
  const { db } = harness.database;
  const facts = () => db.selectFrom("outbox").select("eventId").where("psuId", "=", psuId).execute();
  harness.purged.length = 0;

  expect((await finishErasures(harness.ctx)) + harness.purged.length).toBe(0);
  harness.clock.advance({ minutes: 10 });
  await finishErasures(harness.ctx);
  expect(harness.purged).not.toContain(psuId);
  expect(await facts()).toHaveLength(3);

  await db.updateTable("outbox").set({ publishedAt: harness.clock.now(), streamSequence: 1 }).where("psuId", "=", psuId).execute();
  await finishErasures(harness.ctx);
  await finishErasures(harness.ctx);
  expect(harness.purged.filter((purged) => purged === psuId)).toHaveLength(1);
  expect(await facts()).toEqual([]);
});
