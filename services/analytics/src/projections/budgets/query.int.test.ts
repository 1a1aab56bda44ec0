import { newId } from "@opl/service";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../../testing/harness.ts";
import { LedgerModel } from "../../testing/ledger-model.ts";
import { askExceeded } from "./query.ts";
import { rebuildProjections } from "../../usecases/rebuild-projections.ts";

const euros = (amount: string) => ({ amount, currency: "EUR" });
const groceries = { name: "K-MARKET KAMPPI" };

let stage: Harness;
let psuId: string;
let accountId: string;
let ledger: LedgerModel;
beforeAll(async () => {
  ledger = new LedgerModel();
  stage = await startHarness(ledger);
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  [psuId, accountId] = [newId(), newId()];
  ledger.account(psuId, accountId);
  const label = (of: string) => `${accountId} ${of}`;
  ledger.record(accountId, [
    // The first month known is seldom whole.
    { label: label("first"), minor: -99_900n, date: "2026-07-28", ...groceries },
    { label: label("august"), minor: -30_000n, date: "2026-08-10", ...groceries },
    { label: label("october"), minor: -30_100n, date: "2026-10-10", ...groceries },
    { label: label("october kiosk"), minor: -900n, date: "2026-10-11", name: "RAVINTOLA SAVOY" },
    { label: label("now"), minor: -12_345n, date: "2026-11-03", ...groceries },
    { label: label("back"), minor: 1000n, date: "2026-11-04", ...groceries },
    { label: label("waiting"), minor: -50_000n, date: "2026-11-20", ...groceries, pending: true },
    { label: label("pay"), minor: 250_000n, date: "2026-11-13", name: "TEHDAS OY", code: "PALKKA" },
    { label: label("crowns"), minor: -5000n, date: "2026-11-05", name: "ICA NÄRA VISBY", currency: "SEK" },
  ]);
  await stage.deliver(ledger.facts.splice(0));
  await stage.settle();
});

describe("budgets", () => {
  it("tell what was spent of the limit this month, what is left, for how many days, and what is usual", async () => {
    await stage.setBudget(psuId, "groceries", "150");
    expect(await stage.budgets(psuId)).toEqual({
      month: "2026-11",
      daysLeft: 9,
      // Of August, September and October.
      budgets: [{ category: "groceries", limit: euros("150.00"), spent: euros("123.45"), left: euros("26.55"), average: euros("200.33") }],
      others: [
        { category: "eating-out", spent: euros("0.00"), average: euros("3.00"), suggested: euros("3.00") },
        { category: "groceries", spent: { amount: "50.00", currency: "SEK" }, average: null, suggested: null },
      ],
    });
    await stage.setBudget(psuId, "groceries", "100.00");
    expect((await stage.budgets(psuId)).budgets).toMatchObject([{ limit: euros("100.00"), left: euros("-23.45") }]);
  });

  it("are exceeded from when more is spent than the limit, this month and in their currency", async () => {
    const exceeded = async () =>
      ((await askExceeded(stage.ctx.db, psuId, "2026-11-22")) ?? []).map(({ category, limit, spent }) => [category, limit.amount, spent.amount]);
    await stage.setBudget(psuId, "groceries", "123.45");
    await stage.setBudget(psuId, "groceries", "50.01", "SEK");
    expect(await exceeded()).toEqual([]);
    await stage.setBudget(psuId, "groceries", "123.44");
    expect(await exceeded()).toEqual([["groceries", "123.44", "123.45"]]);
    expect(await askExceeded(stage.ctx.db, psuId, "2026-12-01")).toEqual([]);
    await stage.setBudget(psuId, "groceries", "200");
    expect(await exceeded()).toEqual([]);
  });

  it("that are exceeded are told of once for each category, currency and month, whatever changes afterwards", async () => {
    const told = async () => (await stage.told("analytics.budget-exceeded")).filter((data) => (data as { psuId: string }).psuId === psuId);
    const buy = async (label: string, minor: bigint, date: string) => {
      ledger.record(accountId, [{ label: `${accountId} ${label}`, minor: -minor, date, ...groceries }]);
      await stage.deliver(ledger.facts.splice(0));
      await stage.settle();
    };
    await stage.setBudget(psuId, "groceries", "130");
    await buy("up to it", 655n, "2026-11-21");
    expect(await told()).toEqual([]);
    await buy("beyond", 1n, "2026-11-22");
    const november = { psuId, category: "groceries", month: "2026-11", limit: euros("130.00"), spent: euros("130.01") };
    expect(await told()).toEqual([november]);
    await buy("further", 1000n, "2026-11-22");
    await stage.setBudget(psuId, "groceries", "135");
    await rebuildProjections(stage.ctx);
    await stage.settle();
    expect(await told()).toEqual([november]);
    await stage.setBudget(psuId, "groceries", "10", "SEK");
    expect(await told()).toMatchObject([november, { limit: { amount: "10.00", currency: "SEK" }, spent: { amount: "50.00", currency: "SEK" } }]);
    stage.clock.advance({ hours: 10 * 24 });
    await buy("next month", 14_000n, "2026-12-01");
    expect((await told()).map((data) => (data as { month: string }).month)).toEqual(["2026-11", "2026-11", "2026-12"]);
    stage.clock.advance({ hours: -10 * 24 });
  });

  it("suggest a limit for what has none, the largest first; never for income and own transfers", async () => {
    const { budgets, others } = await stage.budgets(psuId);
    expect(budgets).toEqual([]);
    expect(others.map(({ category, suggested }) => [category, suggested?.amount ?? null])).toEqual([
      ["groceries", "210.00"],
      ["eating-out", "3.00"],
      ["groceries", null],
    ]);
  });

  it("follow the person's word about a transaction, as the month's totals do", async () => {
    await stage.setBudget(psuId, "groceries", "150");
    await stage.say(psuId, `${accountId} now`, "family");
    expect((await stage.budgets(psuId)).budgets).toMatchObject([{ spent: euros("0.00"), left: euros("150.00") }]);
  });

  it("are removed, once or twice, and are another for each currency", async () => {
    await stage.setBudget(psuId, "groceries", "150");
    await stage.setBudget(psuId, "groceries", "2000.00", "SEK");
    await stage.setBudget(psuId, "leisure", "1500", "JPY");
    expect((await stage.budgets(psuId)).budgets.map(({ category, limit, spent }) => [category, limit, spent.amount])).toEqual([
      ["groceries", euros("150.00"), "123.45"],
      ["leisure", { amount: "1500", currency: "JPY" }, "0"],
      ["groceries", { amount: "2000.00", currency: "SEK" }, "50.00"],
    ]);
    for (let time = 0; time < 2; time += 1) await stage.removeBudget(psuId, "groceries", "SEK");
    expect((await stage.budgets(psuId)).budgets.map(({ limit }) => limit.currency)).toEqual(["EUR", "JPY"]);
  });

  it.each([
    ["0", "EUR"],
    ["0.00", "EUR"],
    ["-5.00", "EUR"],
    ["1.234", "EUR"],
    ["1.5", "JPY"],
    ["10000000000.01", "EUR"],
    ["5", "ZZZ"],
  ])("refuse %s %s and change nothing", async (limit, currency) => {
    await stage.setBudget(psuId, "groceries", "150");
    await expect(stage.setBudget(psuId, "groceries", limit, currency)).rejects.toMatchObject({ code: "ERR_ANALYTICS_BUDGET_LIMIT_INVALID", kind: "invalid" });
    expect((await stage.budgets(psuId)).budgets).toMatchObject([{ limit: euros("150.00") }]);
  });

  it("are the person's own: another sees none, and may set the same before having any account", async () => {
    await stage.setBudget(psuId, "groceries", "150");
    const stranger = newId();
    expect(await stage.budgets(stranger)).toEqual({ month: "2026-11", daysLeft: 9, budgets: [], others: [] });
    await stage.setBudget(stranger, "groceries", "10");
    expect((await stage.budgets(stranger)).budgets).toMatchObject([{ limit: euros("10.00"), spent: euros("0.00"), average: null }]);
    expect((await stage.budgets(psuId)).budgets).toMatchObject([{ limit: euros("150.00") }]);
  });

  it("survive a rebuild byte for byte, and accounts that are erased", async () => {
    await stage.setBudget(psuId, "groceries", "150");
    const before = await stage.budgets(psuId);
    await rebuildProjections(stage.ctx);
    expect(JSON.stringify(await stage.budgets(psuId))).toBe(JSON.stringify(before));
    await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [accountId] } }]);
    expect((await stage.budgets(psuId)).budgets).toMatchObject([{ limit: euros("150.00"), spent: euros("0.00"), average: null }]);
  });

  it("cannot be set while all of the person's figures are being worked out: asked again, it works", async () => {
    const holding = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const settling = stage.ctx.db.transaction().execute(async (tx) => {
      await sql`select from people where psu_id = ${psuId} for update`.execute(tx);
      held.resolve();
      await holding.promise;
    });
    await held.promise;
    await expect(stage.setBudget(psuId, "groceries", "150")).rejects.toMatchObject({ code: "ERR_ANALYTICS_PERSON_BUSY" });
    holding.resolve();
    await settling;
    await stage.setBudget(psuId, "groceries", "150");
    expect((await stage.budgets(psuId)).budgets).toHaveLength(1);
  });
});
