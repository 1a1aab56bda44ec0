import type { BodyOf } from "@opl/contracts/http/route";
import type { annotateTransactions } from "@opl/contracts/http/analytics";
import { newId } from "@opl/service";
import * as fc from "fast-check";
import type { KyselyPlugin } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDays } from "../domain/calendar.ts";
import { type Harness, startHarness } from "../testing/harness.ts";
import { LedgerModel, idOf } from "../testing/ledger-model.ts";
import { sayMany } from "./annotate-transaction.ts";

type Words = BodyOf<typeof annotateTransactions>["annotations"];

let stage: Harness;
const ledger = new LedgerModel();
beforeAll(async () => {
  stage = await startHarness(ledger);
});
afterAll(() => stage[Symbol.asyncDispose]());

const parties = [
  { name: "K-MARKET KAMPPI" },
  { name: "NETFLIX.COM" },
  { name: null, text: "Oma siirto" },
  { name: "R-KIOSKI" },
  { name: "TEHDAS OY", code: "PALKKA" },
] as const;

/** A person with two accounts, `entries` booked entries in them, some of them halves of transfers, and one that is pending. */
async function person(entries: number) {
  const psuId = newId();
  const [current, savings] = [newId(), newId()];
  ledger.account(psuId, current, { iban: "FI2112345600000785", ownerName: "Aino Testinen" });
  ledger.account(psuId, savings, { iban: "FI1410093000123458", kind: "savings" });
  const label = (index: number): string => `${psuId} ${index}`;
  const planned = Array.from({ length: entries }, (_, index) => ({
    label: label(index),
    minor: [-1399n, 20_000n, -20_000n, -7n, 250_000n][index % 5] ?? 0n,
    date: addDays("2026-11-20", -((index * 3) % 300)),
    currency: index % 11 === 10 ? "SEK" : "EUR",
    ...parties[index % parties.length],
  }));
  ledger.record(
    current,
    planned.filter((_, index) => index % 3 !== 0),
  );
  ledger.record(
    savings,
    planned.filter((_, index) => index % 3 === 0),
  );
  ledger.record(current, [{ label: label(-1), minor: -300n, date: "2026-11-21", name: "R-KIOSKI", pending: true }]);
  for (const fact of ledger.facts.splice(0)) await stage.deliver([fact]);
  await stage.settle();
  return { psuId, label, id: (index: number) => idOf(label(index)) };
}
/** How each entry of 13.99 in euros can be split. */
const halves = [
  ["groceries", -1_000n],
  ["housing", -399n, "Bulbs"],
] as const;
const saidBy = (psuId: string) =>
  stage.ctx.db.selectFrom("annotations").select(["transactionId", "category", "note"]).where("psuId", "=", psuId).orderBy("transactionId").execute();
const toldAbout = async (psuId: string) =>
  (await stage.told("analytics.insights-changed")).filter((data) => (data as { psuId: string }).psuId === psuId) as { months: string[] }[];

const category = fc.constantFrom("family" as const, "transfers" as const, "groceries" as const, null);
const note = fc.constantFrom("For the market", "Äidin", null);
const word = fc.record({ index: fc.nat({ max: 29 }), said: fc.oneof(fc.record({ category }), fc.record({ note }), fc.record({ category, note })) });
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 20, selector: ({ index }) => index });

describe("a person says something about many entries at once", () => {
  it("many at once are the same as one after the other, and undone all is as before, byte for byte and to the cent, settled or not", async () => {
    const { psuId, id, label } = await person(30);
    for (const index of [0, 5]) await stage.split(psuId, label(index), halves);
    const named = (all: readonly { index: number; said: object }[]) => all.map(({ index, said }) => ({ transactionId: id(index), ...said })) as Words;
    await fc.assert(
      fc.asyncProperty(words, words, async (earlier, now) => {
        await stage.sayMany(psuId, named(earlier));
        await stage.settle();
        const look = async () => [await stage.everything(psuId), JSON.stringify(await saidBy(psuId))];
        const before = await look();

        const undo: Words[] = [];
        for (const one of named(now)) undo.unshift((await stage.sayMany(psuId, [one])).before);
        const oneByOne = [await look(), await stage.settle(), await look()];
        for (const each of undo) await stage.sayMany(psuId, each);
        await stage.settle();
        expect(await look()).toEqual(before);

        const many = await stage.sayMany(psuId, named(now));
        expect([await look(), await stage.settle(), await look()]).toEqual(oneByOne);
        await stage.sayMany(psuId, many.before);
        await stage.settle();
        expect(await look()).toEqual(before);
      }),
      { numRuns: 15 },
    );
  });

  it("of one that is split figures go on counting the parts; with the parts taken back it counts where it was said to belong", async () => {
    const { psuId, id, label } = await person(6);
    const spent = async () =>
      Object.fromEntries(
        (await stage.spending(psuId, "2026-01-01", "2026-12-31")).currencies
          .flatMap(({ currency, categories }) => (currency === "EUR" ? categories : []))
          .map(({ category, amount }) => [category, amount.amount]),
      );
    await stage.split(psuId, label(0), halves);
    const { transactions } = await stage.sayMany(psuId, [
      { transactionId: id(0), category: "health" },
      { transactionId: id(5), category: "health" },
    ]);
    expect(transactions.map(({ split }) => split?.parts.length ?? 0)).toEqual([2, 0]);
    expect(await spent()).toMatchObject({ health: "13.99", housing: "3.99" });
    await stage.merge(psuId, label(0));
    expect(await spent()).toMatchObject({ health: "27.98" });
    expect(await spent()).not.toHaveProperty("housing");
  });

  it("the answer says what was said before in the shape of the request, and what the entries mean now", async () => {
    const { psuId, id } = await person(5);
    await stage.sayMany(psuId, [{ transactionId: id(0), category: "family", note: "Mine" }]);
    const { before, transactions } = await stage.sayMany(psuId, [
      { transactionId: id(1), category: "leisure" },
      { transactionId: id(0), category: "health" },
      { transactionId: id(3), note: "Yours" },
    ]);
    expect(before).toEqual([
      { transactionId: id(1), category: null },
      { transactionId: id(0), category: "family" },
      { transactionId: id(3), note: null },
    ]);
    expect(transactions).toMatchObject([
      { transactionId: id(1), category: { category: "leisure", ruleId: "person.transaction" }, note: null },
      { transactionId: id(0), category: { category: "health" }, note: "Mine" },
      { transactionId: id(3), category: { ruleId: "counterparty.r-kioski" }, note: "Yours" },
    ]);
    expect((await stage.list(psuId, { text: "yours" })).transactions.map(({ transactionId }) => transactionId)).toEqual([id(3)]);
  });

  it("500 are told once, with the months that changed, and ask the database no more often than one does", async () => {
    const { psuId, id } = await person(500);
    const all = Array.from({ length: 500 }, (_, index) => ({ transactionId: id(index), category: "family" as const, note: "All" }));
    let asked = 0;
    const counted: KyselyPlugin = { transformQuery: ({ node }) => ((asked += 1), node), transformResult: async ({ result }) => result };
    const ctx = { ...stage.ctx, db: stage.ctx.db.withPlugin(counted) };
    await sayMany(ctx, psuId, all.slice(0, 1));
    const [forOne, told] = [asked, (await toldAbout(psuId)).length];
    asked = 0;
    const { before } = await sayMany(ctx, psuId, all);
    expect(asked).toBe(forOne);
    const months = new Set((await stage.list(psuId, { status: "booked", limit: 600 })).transactions.map(({ bookingDate }) => bookingDate.slice(0, 7)));
    expect((await toldAbout(psuId)).slice(told)).toMatchObject([{ months: [...months].toSorted() }]);
    expect((await stage.list(psuId, { category: "family" })).total).toBe(500);
    // What is said again changes no figure.
    await stage.sayMany(psuId, all);
    expect((await toldAbout(psuId)).at(-1)?.months).toEqual([]);
    await stage.sayMany(psuId, before);
    expect((await stage.list(psuId, { category: "family" })).total).toBe(1);
  });

  it("of 500 that are the person's own but for one, none is changed, and the one is named as one that is not there (US-09)", async () => {
    const [{ psuId, id }, other] = [await person(499), await person(1)];
    const [before, said] = [await stage.everything(psuId), await saidBy(psuId)];
    const own = Array.from({ length: 499 }, (_, index) => id(index));
    const about = (...ids: string[]) =>
      stage.sayMany(
        psuId,
        [...own, ...ids].map((transactionId) => ({ transactionId, category: "family" as const, note: "x" })),
      );
    for (const wrong of [other.id(0), newId()])
      await expect(about(wrong)).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND", details: { transactionIds: [wrong] } });
    expect([await stage.everything(psuId), await saidBy(psuId), await saidBy(other.psuId)]).toEqual([before, said, []]);
    expect((await about()).before).toHaveLength(499);
  });

  it("one that is pending, not there or another person's refuses all and is named; nothing has changed (US-09)", async () => {
    const [{ psuId, id }, other] = [await person(20), await person(5)];
    const [before, said] = [await stage.everything(psuId), await saidBy(psuId)];
    const about = (...ids: string[]) =>
      stage.sayMany(
        psuId,
        [...Array.from({ length: 20 }, (_, index) => id(index)), ...ids].map((transactionId) => ({ transactionId, category: "family" as const, note: "x" })),
      );
    await expect(about(id(-1))).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_PENDING", details: { transactionIds: [id(-1)] } });
    const unknown = newId();
    for (const wrong of [other.id(0), unknown])
      await expect(about(id(-1), wrong)).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND", details: { transactionIds: [wrong] } });
    await expect(stage.sayMany(newId(), [{ transactionId: id(0), category: null }])).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    expect(await stage.everything(psuId)).toBe(before);
    expect(await saidBy(psuId)).toEqual(said);
  });
});
