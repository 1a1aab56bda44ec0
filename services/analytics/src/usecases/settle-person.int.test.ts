import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { eventually, silentLogger } from "@opl/testkit";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { markUnsettled, markUnsettledByRules } from "../db/person-store.ts";
import { rulesVersion } from "../domain/category-rules/index.ts";
import { startRulesWatch } from "../jobs/rules-watch.ts";
import { type Harness, startHarness } from "../testing/harness.ts";
import { LedgerModel } from "../testing/ledger-model.ts";
import { settleNext } from "./settle-person.ts";

let stage: Harness;
beforeAll(async () => {
  stage = await startHarness();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => stage.settle());

async function person(): Promise<string> {
  const ledger = new LedgerModel();
  const [psuId, accountId] = [newId(), newId()];
  ledger.account(psuId, accountId);
  ledger.record(
    accountId,
    Array.from({ length: 4 }, (_, index) => ({
      label: `${psuId} ${index}`,
      minor: -1399n,
      date: `2026-${String(index + 8).padStart(2, "0")}-11`,
      name: "NETFLIX.COM",
    })),
  );
  await stage.deliver(ledger.facts);
  return psuId;
}
const waiting = async () => (await stage.ctx.db.selectFrom("unsettledPeople").select("psuId").execute()).map((row) => row.psuId);

it("waits until a person's figures are quiet, but not for ever", async () => {
  const psuId = await person();
  await stage.settle();
  const dueAfter = async () => {
    const row = await stage.ctx.db.selectFrom("unsettledPeople").selectAll().where("psuId", "=", psuId).executeTakeFirstOrThrow();
    return row.dueAt.since(row.firstChangeAt).total("milliseconds");
  };
  const change = () => inTransaction(stage.ctx.db, (tx) => markUnsettled(tx, [psuId], { at: stage.clock.now(), pauseMs: 500, atMostMs: 3000 }));
  const seen: number[] = [];
  for (let at = 0; at < 8; at += 1) {
    await change();
    seen.push(await dueAfter());
    stage.clock.advance({ milliseconds: 400 });
  }
  expect(seen).toEqual([500, 900, 1300, 1700, 2100, 2500, 2900, 3000]);
  expect(await settleNext(stage.ctx)).toBe(true);
  expect(await waiting()).toEqual([]);
});

it("two replicas settle different people, and nobody twice", async () => {
  const people = [await person(), await person(), await person(), await person()];
  const told = (await stage.told("analytics.recurring-detected")).length;
  const settled = await Promise.all(people.flatMap(() => [settleNext(stage.ctx), settleNext(stage.ctx)]));
  expect(settled.filter(Boolean).length + (await stage.settle())).toBe(people.length);
  expect((await stage.told("analytics.recurring-detected")).length - told).toBe(people.length);
});

it("settles everybody anew whose decisions were made by other rules", async () => {
  const psuId = await person();
  await stage.settle();
  await settledByOlder(psuId);
  await inTransaction(stage.ctx.db, (tx) => markUnsettledByRules(tx, "other", rulesVersion, stage.clock.now()));
  expect(await waiting()).toEqual([psuId]);
  await stage.settle();
  expect((await stage.list(psuId)).transactions.map((row) => [row.category.category, row.category.rulesVersion])).toEqual(
    Array.from({ length: 4 }, () => ["subscriptions", rulesVersion]),
  );
});

/** What a process of the version before leaves behind: its rules decided everything, its search texts have no notes. */
async function settledByOlder(psuId: string): Promise<void> {
  const { db } = stage.ctx;
  const old = { category: "other", ruleId: "counterparty.of-old", rulesVersion: rulesVersion - 1, searchText: "netflix.com " } as const;
  await db.updateTable("transactions").set(old).where("psuId", "=", psuId).execute();
  await db
    .updateTable("people")
    .set({ rulesVersion: rulesVersion - 1 })
    .where("psuId", "=", psuId)
    .execute();
}

it("while an older version still runs, what it settled is settled again: the person's word and note are back", async () => {
  const psuId = await person();
  await stage.settle();
  await stage.say(psuId, `${psuId} 0`, "family");
  await stage.note(psuId, `${psuId} 1`, "With Grandma");
  await stage.settle();
  const before = await stage.everything(psuId);
  await using watch = startRulesWatch(stage.ctx, silentLogger());
  await settledByOlder(psuId);
  watch.wake();
  await eventually(async () => (await waiting()).includes(psuId));
  await stage.settle();
  expect(await stage.everything(psuId)).toBe(before);
  expect((await stage.list(psuId, { text: "grandma" })).transactions).toMatchObject([{ note: "With Grandma" }]);
});

it("an older version leaves alone what a newer one settled", async () => {
  await person();
  await stage.settle();
  await inTransaction(stage.ctx.db, (tx) => markUnsettledByRules(tx, "older", rulesVersion - 1, stage.clock.now()));
  expect(await waiting()).toEqual([]);
});

it("tells of a series once: found again after the person's word was taken back, and long after the fact was sent, it is no news", async () => {
  const psuId = await person();
  await stage.settle();
  const detected = async () => (await stage.told("analytics.recurring-detected")).filter((data) => (data as { psuId: string }).psuId === psuId);
  expect(await detected()).toHaveLength(1);
  // Sent and cleared away.
  await stage.ctx.db.deleteFrom("outbox").where("psuId", "=", psuId).execute();
  const [before] = (await stage.recurring(psuId)).recurring;
  for (const at of [0, 1, 2]) await stage.say(psuId, `${psuId} ${at}`, "transfers");
  await stage.settle();
  expect((await stage.recurring(psuId)).recurring).toEqual([]);
  for (const at of [0, 1, 2]) await stage.say(psuId, `${psuId} ${at}`, null);
  await stage.settle();
  expect((await stage.recurring(psuId)).recurring).toEqual([before]);
  expect(await detected()).toEqual([]);
});

it("one person who cannot be settled holds nobody up", async () => {
  const [broken, fine] = [await person(), await person()];
  const publish: typeof stage.ctx.publish = async (tx, events) => {
    if (JSON.stringify(events).includes(broken)) throw new Error("planted");
    await stage.ctx.publish(tx, events);
  };
  await expect(settleNext({ ...stage.ctx, publish })).rejects.toThrow("planted");
  expect(await settleNext({ ...stage.ctx, publish })).toBe(true);
  expect((await stage.recurring(fine)).recurring).toHaveLength(1);
  expect(await waiting()).toEqual([broken]);
  expect(await stage.settle()).toBe(0);
  stage.clock.advance({ minutes: 1 });
  expect(await stage.settle()).toBe(1);
  expect((await stage.recurring(broken)).recurring).toHaveLength(1);
});
