import { newId } from "@opl/service";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../testing/harness.ts";
import { LedgerModel, idOf } from "../testing/ledger-model.ts";
import { rebuildProjections } from "./rebuild-projections.ts";

let stage: Harness;
let ledger: LedgerModel;
let psuId: string;
let [current, card] = ["", ""];
beforeAll(async () => {
  ledger = new LedgerModel();
  stage = await startHarness(ledger);
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  psuId = newId();
  [current, card] = [newId(), newId()];
  ledger.account(psuId, current);
  ledger.account(psuId, card, { kind: "card" });
  // Six weeks of small purchases, then one that is not, and a purchase taken from two accounts.
  ledger.record(current, [
    ...[3000n, 3600n, 2800n, 3200n, 3400n, 2500n].map((cents, week) => ({
      label: label(`k${week}`),
      minor: -cents,
      date: `2026-10-${10 + week}`,
      name: "KUKKAKAUPPA",
    })),
    { label: label("dear"), minor: -48_000n, date: "2026-11-17", name: "KUKKAKAUPPA" },
    { label: label("one"), minor: -4500n, date: "2026-11-18", name: "VERKKOKAUPPA.COM OYJ" },
  ]);
  ledger.record(card, [{ label: label("other"), minor: -4500n, date: "2026-11-19", name: "VERKKOKAUPPA.COM OYJ" }]);
  await stage.deliver(ledger.facts.splice(0));
  await stage.settle();
});

const label = (name: string) => `${psuId} ${name}`;
const open = async (of = psuId) => (await stage.questions(of)).map(({ kind, charges }) => [kind, charges.map(({ transactionId }) => transactionId)]);
const told = async () => (await stage.told("analytics.insight-raised")).filter((data) => (data as { psuId: string }).psuId === psuId);
const doubled = () => ["double-charge", [idOf(label("one")), idOf(label("other"))]];
const unusual = () => ["unusual-charge", [idOf(label("dear"))]];

describe("a person is asked about charges", () => {
  it("with what there is to see, newest first", async () => {
    expect(await stage.questions(psuId)).toMatchObject([
      {
        kind: "double-charge",
        counterpartyName: "Verkkokauppa",
        amount: { amount: "-45.00", currency: "EUR" },
        usual: null,
        charges: [{ bookingDate: "2026-11-18" }, { bookingDate: "2026-11-19" }],
      },
      { kind: "unusual-charge", counterpartyName: "Kukkakauppa", amount: { amount: "-480.00" }, usual: { amount: "32.00", currency: "EUR" } },
    ]);
    expect(await open()).toEqual([doubled(), unusual()]);
  });

  it("each question is told of once, also when it was gone and is there again", async () => {
    expect(await told()).toHaveLength(2);
    // Sent and cleared away.
    await stage.ctx.db.deleteFrom("outbox").where("psuId", "=", psuId).execute();
    await stage.say(psuId, label("dear"), "transfers");
    await stage.settle();
    expect(await open()).toEqual([doubled()]);
    await stage.say(psuId, label("dear"), null);
    await stage.settle();
    expect(await open()).toEqual([doubled(), unusual()]);
    expect(await told()).toEqual([]);
  });

  it("for fourteen days, whenever they were last settled", async () => {
    stage.clock.advance({ hours: 10 * 24 });
    expect(await open()).toEqual([doubled()]);
    stage.clock.advance({ hours: 2 * 24 });
    expect(await open()).toEqual([]);
    stage.clock.advance({ hours: -12 * 24 });
  });

  it("no more when the money comes back", async () => {
    ledger.record(card, [{ label: label("back"), minor: 4500n, date: "2026-11-20", name: "VERKKOKAUPPA.COM OYJ" }]);
    await stage.deliver(ledger.facts.splice(0));
    await stage.settle();
    expect(await open()).toEqual([unusual()]);
  });

  it("and is asked again where a third equal charge comes to two that are right", async () => {
    await stage.confirm(psuId, [label("one"), label("other")]);
    expect(await open()).toEqual([unusual()]);
    ledger.record(card, [{ label: label("third"), minor: -4500n, date: "2026-11-20", name: "VERKKOKAUPPA.COM OYJ" }]);
    await stage.deliver(ledger.facts.splice(0));
    await stage.settle();
    expect(await open()).toEqual([["double-charge", [idOf(label("one")), idOf(label("other")), idOf(label("third"))]], unusual()]);
  });
});

describe("what the person says is right", () => {
  it("stays answered through settling and a rebuild; saying it again changes nothing", async () => {
    await stage.confirm(psuId, [label("one"), label("other")]);
    const [first] = await stage.confirmed(psuId);
    stage.clock.advance({ minutes: 1 });
    await stage.confirm(psuId, [label("one"), label("other")]);
    expect((await stage.confirmed(psuId))[0]).toEqual(first);
    await rebuildProjections(stage.ctx);
    await stage.settle();
    expect(await open()).toEqual([unusual()]);
    expect(await stage.confirmed(psuId)).toHaveLength(2);
  });

  it("can be taken back, all of it or nothing: the question is open again, and nobody is told of it anew", async () => {
    const raised = async () => (await stage.told("analytics.insight-raised")).length;
    await stage.confirm(psuId, [label("one"), label("other"), label("dear")]);
    expect(await open()).toEqual([]);
    const before = await raised();
    await expect(stage.takeBack(psuId, [label("one"), "nobody's"])).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    await expect(stage.takeBack(newId(), [label("one"), label("other")])).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    expect(await open()).toEqual([]);
    await stage.takeBack(psuId, [label("one"), label("other")]);
    expect(await stage.confirmed(psuId)).toMatchObject([{ transactionId: idOf(label("dear")) }]);
    const asked = [["double-charge", [idOf(label("one")), idOf(label("other"))]]];
    expect(await open()).toEqual(asked);
    await stage.takeBack(psuId, [label("one"), label("other")]);
    await stage.settle();
    expect(await open()).toEqual(asked);
    expect(await raised()).toBe(before);
  });

  it("tells open pages to ask again", async () => {
    const heard = async () => (await stage.told("analytics.insights-changed")).filter((data) => (data as { psuId: string }).psuId === psuId).length;
    const before = await heard();
    await stage.confirm(psuId, [label("dear")]);
    expect((await heard()) - before).toBe(1);
    await stage.takeBack(psuId, [label("dear")]);
    expect((await heard()) - before).toBe(2);
    await stage.takeBack(psuId, [label("dear")]);
    expect((await heard()) - before).toBe(2);
  });

  it("is all of it or nothing, and of booked charges of their own (US-08)", async () => {
    ledger.record(current, [{ label: label("pending"), minor: -100n, date: "2026-11-22", pending: true }]);
    await stage.deliver(ledger.facts.splice(0));
    await expect(stage.confirm(psuId, [label("one"), "nobody's"])).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    await expect(stage.confirm(psuId, [label("one"), label("pending")])).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_PENDING" });
    await expect(stage.confirm(newId(), [label("one")])).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    expect(await stage.confirmed(psuId)).toEqual([]);
  });
});

it("a rebuild finds the same questions, and tells of none", async () => {
  const [before, told_] = [await stage.questions(psuId), (await told()).length];
  await stage.ctx.db.deleteFrom("chargeQuestions").where("psuId", "=", psuId).execute();
  expect(await open()).toEqual([]);
  await rebuildProjections(stage.ctx);
  expect(await stage.questions(psuId)).toEqual(before);
  expect(await told()).toHaveLength(told_);
});

it("an account that is erased takes the questions about its charges along, and what was said of them", async () => {
  await stage.confirm(psuId, [label("other"), label("dear")]);
  await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [card] } }]);
  expect(await open()).toEqual([]);
  expect((await stage.confirmed(psuId)).map(({ transactionId }) => transactionId)).toEqual([idOf(label("dear"))]);
  await stage.settle();
  const rows = await stage.ctx.db.selectFrom("chargeQuestions").select("transactionId").where("psuId", "=", psuId).execute();
  expect(rows).toEqual([{ transactionId: idOf(label("dear")) }]);
});
