import { catalogue, subjectOf } from "@opl/contracts/events";
import { type BudgetCategory, analyticsRoutes } from "@opl/contracts/http/analytics";
import { streamNameOf } from "@opl/messaging";
import { newId } from "@opl/service";
import { eventually } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type RunningApp, startApp } from "./testing/start-app.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function person() {
  const psuId = newId();
  const accountId = newId();
  app.ledger.account(psuId, accountId, { iban: "FI2112345600000785", ownerName: "Aino Testinen" });
  app.ledger.record(accountId, [
    ...Array.from({ length: 11 }, (_, index) => ({
      label: `${psuId} n${index}`,
      minor: -1399n,
      date: `2026-${String(index + 1).padStart(2, "0")}-11`,
      name: "NETFLIX.COM",
    })),
    { label: `${psuId} pay`, minor: 250_000n, date: "2026-11-13", name: "TEHDAS OY", code: "PALKKA", text: "Palkka 100%_" },
  ]);
  app.ledger.balance(accountId, "interimBooked", 300_000n, "2026-11-20T10:00:00Z");
  await app.sendFacts(app.ledger.facts.splice(0));
  const psu = await app.psu(psuId);
  await eventually(async () => (await app.bff.listCategorised({ psu })).total === 12);
  await app.settled();
  return { psuId, accountId, psu };
}

describe("the whole service: facts in by NATS, questions by HTTP, facts out by NATS", () => {
  it("answers every question from the facts", async () => {
    const { psu, psuId, accountId } = await person();
    const { transactions } = await app.bff.listCategorised({ psu });
    expect(transactions[0]).toMatchObject({
      accountId,
      amount: { amount: "2500.00", currency: "EUR" },
      category: { category: "income", ruleId: "code.salary" },
      raw: { pointer: `/transactions/${psuId} pay` },
    });
    const { recurring } = await app.bff.listRecurring({ psu });
    expect(recurring).toMatchObject([{ counterpartyName: "Netflix", cadence: "monthly", occurrences: 11 }]);
    expect(await app.bff.getCategory({ psu, params: { transactionId: transactions[1]?.transactionId ?? "" } })).toMatchObject({
      category: { category: "subscriptions", matched: "NETFLIX" },
      recurringId: recurring[0]?.recurringId,
    });
    expect((await app.bff.spending({ psu, query: { from: "2026-11-01", to: "2026-11-30" } })).currencies).toMatchObject([
      { total: { amount: "13.99" }, previousTotal: { amount: "13.99" }, categories: [{ category: "subscriptions", count: 1 }] },
    ]);
    const screen = await app.bff.firstScreen({ psu, query: { from: "2026-10-29", to: "2026-10-31", accountsFrom: "2026-10-30" } });
    expect(screen).toEqual({
      netWorth: [{ currency: "EUR", from: "2026-10-29", amounts: ["513.99", "513.99", "513.99"] }],
      accounts: [{ accountId, currency: "EUR", from: "2026-10-30", amounts: ["513.99", "513.99"] }],
      month: [{ currency: "EUR", thisMonth: expect.anything(), lastMonth: expect.anything() }],
      recurring,
      questions: [],
      exceeded: [],
    });
    expect(screen.month[0]?.thisMonth.at(-1)).toEqual({ day: 31, amount: { amount: "13.99", currency: "EUR" } });
    expect((await app.bff.netWorth({ psu, query: { from: "2026-11-12", to: "2026-11-13" } })).currencies[0]?.days.map((day) => day.amount.amount)).toEqual([
      "500.00",
      "3000.00",
    ]);
    expect((await app.bff.cashFlow({ psu, query: { months: 60 } })).currencies[0]?.months.length).toBeGreaterThan(10);
    expect((await app.operator.accountTotals()).accounts).toContainEqual({ accountId, psuId, count: 12, sum: { amount: "2346.11", currency: "EUR" } });

    const stream = await app.messaging.nats.client.streams.get(streamNameOf(app.messaging, "analytics"));
    for (const type of ["analytics.insights-changed", "analytics.recurring-detected"] as const) {
      const message = await eventually(
        async () => (await stream.getMessage({ last_by_subj: app.messaging.prefix + subjectOf(catalogue[type], psuId) })) ?? undefined,
      );
      expect(catalogue[type].data.parse(message.json())).toMatchObject({ psuId });
    }
  });

  it("asks about a purchase taken twice, and tells of it once", async () => {
    const psuId = newId();
    const accountId = newId();
    app.ledger.account(psuId, accountId);
    app.ledger.record(
      accountId,
      ["one", "other"].map((label) => ({ label: `${psuId} ${label}`, minor: -4500n, date: "2026-11-18", name: "VERKKOKAUPPA.COM OYJ" })),
    );
    await app.sendFacts(app.ledger.facts.splice(0));
    const psu = await app.psu(psuId);
    const ask = async () => (await app.bff.firstScreen({ psu, query: { from: "2026-11-01", to: "2026-11-22", accountsFrom: "2026-11-01" } })).questions;
    const [question] = await eventually(async () => ((await ask()).length > 0 ? ask() : undefined));
    const stream = await app.messaging.nats.client.streams.get(streamNameOf(app.messaging, "analytics"));
    const contract = catalogue["analytics.insight-raised"];
    const message = await eventually(async () => (await stream.getMessage({ last_by_subj: app.messaging.prefix + subjectOf(contract, psuId) })) ?? undefined);
    expect(contract.data.parse(message.json())).toMatchObject({
      psuId,
      questionId: question?.questionId,
      kind: "double-charge",
      counterpartyName: "Verkkokauppa",
    });
    await app.bff.confirmCharges({ psu, body: { transactionIds: question?.charges.map(({ transactionId }) => transactionId) ?? [] } });
    expect(await ask()).toEqual([]);
    await app.bff.takeBackConfirmation({ psu, query: { transactionId: question?.charges.map(({ transactionId }) => transactionId) ?? [] } });
    expect(await ask()).toEqual([question]);
  });

  it("a fact that cannot be understood is set aside and stops nothing (DR-C6)", async () => {
    const { psuId, accountId, psu } = await person();
    const wrong = { accountId, psuId, balanceType: "interimBooked", amount: { amount: "1.234", currency: "EUR" }, asOf: "2026-11-22T10:00:00Z" };
    await app.send("ingest.balance-recorded", { subject: accountId, psuId, version: 9n, data: wrong });
    app.ledger.record(accountId, [{ label: `${psuId} after`, minor: -1n, date: "2026-11-21" }]);
    await app.sendFacts(app.ledger.facts.splice(0));
    await eventually(async () => (await app.bff.listCategorised({ psu })).total === 13);
    expect(await app.bff.netWorth({ psu, query: { from: "2026-11-20", to: "2026-11-20" } })).toMatchObject({
      currencies: [{ days: [{ amount: { amount: "3000.00" } }] }],
    });
  });

  it("the same event twice has one effect (DR-C1)", async () => {
    const [psuId, accountId, eventId] = [newId(), newId(), newId()];
    app.ledger.account(psuId, accountId);
    app.ledger.record(accountId, [{ label: `${psuId} once`, minor: -500n, date: "2026-11-02" }]);
    const [account, recorded] = app.ledger.facts.splice(0);
    if (account === undefined || recorded?.kind !== "transactions") throw new Error("two facts");
    await app.sendFacts([account]);
    const { version, ...data } = recorded.fact;
    for (let copy = 0; copy < 3; copy += 1)
      await app.send("ingest.transactions-recorded", { subject: accountId, psuId, version, eventId, data: { ...data, consentId: eventId, syncId: eventId } });
    // One more behind them: when its effect is there, theirs would be.
    app.ledger.record(accountId, [{ label: `${psuId} after`, minor: -1n, date: "2026-11-02" }]);
    await app.sendFacts(app.ledger.facts.splice(0));
    const psu = await app.psu(psuId);
    await eventually(async () => (await app.bff.listCategorised({ psu })).total === 2);
    expect((await app.bff.cashFlow({ psu, query: {} })).currencies[0]?.months.at(-1)).toMatchObject({ expenses: { amount: "5.01" }, count: 2 });
  });

  it("forgets a person on bff.user-erased", async () => {
    const { psuId, psu } = await person();
    await app.send("bff.user-erased", { subject: psuId, psuId, version: 1n, data: { psuId, erasedAt: "2026-11-22T10:00:00Z" } });
    await eventually(async () => (await app.bff.listCategorised({ psu })).total === 0);
    expect((await app.operator.accountTotals()).accounts.some((account) => account.psuId === psuId)).toBe(false);
  });

  it("rebuilds for an operator, and every answer is the same", async () => {
    const { psu } = await person();
    const ask = async () =>
      JSON.stringify([
        await app.bff.listCategorised({ psu }),
        await app.bff.listRecurring({ psu }),
        await app.bff.cashFlow({ psu, query: {} }),
        await app.bff.netWorth({ psu, query: { from: "2026-01-01", to: "2026-11-30" } }),
      ]);
    const before = await ask();
    expect((await app.operator.rebuildProjections()).transactions).toBeGreaterThanOrEqual(12);
    expect(await ask()).toBe(before);
  });
});

describe("nobody sees anything of another person (US-08, US-09)", () => {
  it("every route with an id answers another person's as one that is not there", async () => {
    const mine = await person();
    const theirs = await person();
    const { transactions } = await app.bff.listCategorised({ psu: theirs.psu });
    const { recurring } = await app.bff.listRecurring({ psu: theirs.psu });
    const transactionId = transactions[0]?.transactionId ?? "";
    const recurringId = recurring[0]?.recurringId ?? "";
    const period = { from: "2026-11-01", to: "2026-11-30" };
    const { psu } = mine;
    const refused = { kind: "not-found" };
    await expect(app.bff.getCategory({ psu, params: { transactionId } })).rejects.toMatchObject(refused);
    await expect(app.bff.correctCategory({ psu, params: { transactionId }, body: { category: "family" } })).rejects.toMatchObject(refused);
    await expect(app.bff.takeBackCorrection({ psu, params: { transactionId } })).rejects.toMatchObject(refused);
    await expect(app.bff.putNote({ psu, params: { transactionId }, body: { note: "Mine" } })).rejects.toMatchObject(refused);
    await expect(app.bff.previewCounterpartyRule({ psu, params: { transactionId }, query: { category: "family" } })).rejects.toMatchObject(refused);
    await expect(app.bff.putCounterpartyRule({ psu, params: { transactionId }, body: { category: "family" } })).rejects.toMatchObject(refused);
    const { rule } = await app.bff.putCounterpartyRule({ psu: theirs.psu, params: { transactionId }, body: { category: "family" } });
    await expect(app.bff.removeCounterpartyRule({ psu, params: { counterpartyRuleId: rule.counterpartyRuleId } })).rejects.toMatchObject(refused);
    const annotations = [await app.bff.listCategorised({ psu, query: { limit: 1 } }), { transactions: [{ transactionId }] }].map(({ transactions: [row] }) => ({
      transactionId: row?.transactionId ?? "",
      category: "family" as const,
    }));
    await expect(app.bff.annotateTransactions({ psu, body: { annotations } })).rejects.toMatchObject({
      ...refused,
      code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND",
      details: { transactionIds: [transactionId] },
    });
    expect(await app.bff.listCounterpartyRules({ psu })).toEqual({ rules: [] });
    const half = { category: "family" as const, amount: { amount: "-0.50", currency: "EUR" } };
    await expect(app.bff.splitTransaction({ psu, params: { transactionId }, body: { parts: [half, half] } })).rejects.toMatchObject(refused);
    await expect(app.bff.removeSplit({ psu, params: { transactionId } })).rejects.toMatchObject(refused);
    const own = annotations[0]?.transactionId ?? "";
    await expect(app.bff.confirmCharges({ psu, body: { transactionIds: [own, transactionId] } })).rejects.toMatchObject(refused);
    await app.bff.confirmCharges({ psu: theirs.psu, body: { transactionIds: [transactionId] } });
    expect(await app.bff.listConfirmedCharges({ psu })).toEqual({ confirmed: [] });
    await expect(app.bff.takeBackConfirmation({ psu, query: { transactionId } })).rejects.toMatchObject(refused);
    await expect(app.bff.takeBackConfirmation({ psu, query: { transactionId: [own, transactionId] } })).rejects.toMatchObject(refused);
    expect((await app.bff.listConfirmedCharges({ psu: theirs.psu })).confirmed).toMatchObject([{ transactionId }]);
    await app.bff.putBudget({ psu: theirs.psu, params: { currency: "EUR", category: "family" }, body: { limit: "5" } });
    await app.bff.removeBudget({ psu, params: { currency: "EUR", category: "family" } });
    expect((await app.bff.listBudgets({ psu })).budgets).toEqual([]);
    expect((await app.bff.listBudgets({ psu: theirs.psu })).budgets).toHaveLength(1);
    await expect(app.bff.listCategorised({ psu, query: { accountId: theirs.accountId } })).rejects.toMatchObject(refused);
    await expect(app.bff.listCategorised({ psu, query: { accountId: [mine.accountId, theirs.accountId] } })).rejects.toMatchObject(refused);
    await expect(app.bff.listCategorised({ psu, query: { recurringId } })).rejects.toMatchObject(refused);
    await expect(app.bff.netWorth({ psu, query: { ...period, accountId: theirs.accountId } })).rejects.toMatchObject(refused);
    const nextCursor = (await app.bff.listCategorised({ psu: theirs.psu, query: { limit: 1 } })).nextCursor ?? "";
    expect((await app.bff.listCategorised({ psu, query: { cursor: nextCursor } })).transactions.every((row) => row.accountId === mine.accountId)).toBe(true);
    const all = JSON.stringify([
      await app.bff.listCategorised({ psu }),
      await app.bff.netWorth({ psu, query: period }),
      await app.bff.listRecurring({ psu }),
      await app.bff.forecast({ psu, query: {} }),
      await app.bff.listBudgets({ psu }),
      await app.bff.firstScreen({ psu, query: { ...period, accountsFrom: period.from } }),
    ]);
    expect(all).not.toContain(theirs.accountId);
    // Every route that takes an id has a case above.
    const withIds = Object.values(analyticsRoutes).filter(
      (route) =>
        route.psu === "required" &&
        /Id/.test(
          JSON.stringify(
            [route.params?.shape, route.query?.shape, route.body?.shape].map((shape) =>
              z.toJSONSchema(z.object(shape ?? {}), { io: "input", unrepresentable: "any" }),
            ),
          ),
        ),
    );
    expect(withIds.map((route) => route.operationId)).toEqual([
      "listCategorised",
      "getCategory",
      "correctCategory",
      "takeBackCorrection",
      "putNote",
      "previewCounterpartyRule",
      "putCounterpartyRule",
      "removeCounterpartyRule",
      "splitTransaction",
      "removeSplit",
      "annotateTransactions",
      "netWorth",
      "confirmCharges",
      "takeBackConfirmation",
    ]);
  });

  it.each(Object.values(analyticsRoutes).map((route) => [route.operationId, route] as const))("%s refuses strangers and other services", async (_, route) => {
    const url = app.address + route.path.replace(/:\w+/, newId());
    expect((await fetch(url, { method: route.method })).status).toBe(401);
    for (const service of ["ingest", "consent", route.psu === "required" ? "operator" : "bff"]) {
      const token = await app.tokens.for(service).issue("analytics");
      expect(
        (await fetch(url, { method: route.method, headers: { authorization: `Bearer ${token}`, "opl-psu-context": (await app.psu(newId())).token } })).status,
      ).toBe(403);
    }
    if (route.psu === "required") {
      const token = await app.tokens.for("bff").issue("analytics");
      expect((await fetch(url, { method: route.method, headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    }
  });
});

describe("bad questions get a clear answer, never a 5xx (US-33, US-34)", () => {
  const nasty = ["%", "_", "\\", "'", "';drop table transactions;--", "(a+)+$", "\u0000", "ä".repeat(100), "\ud800", "${x}", "İ"];
  it.each(nasty)("text %j", async (text) => {
    const { psu } = await quiet();
    const { transactions } = await app.bff.listCategorised({ psu, query: { text } });
    for (const row of transactions)
      expect(`${row.counterparty.name ?? ""} ${row.remittanceInformation ?? ""}`.toLowerCase()).toContain(text.replace("\u0000", "").toLowerCase());
  });

  it.each([
    ["/transactions?cursor=AAAA", 400],
    ["/transactions?cursor=MC4yMDI2LTEzLTQ1LjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA", 400],
    ["/transactions?limit=0", 400],
    ["/transactions?limit=501", 400],
    ["/transactions?limit=x", 400],
    ["/transactions?from=2026-02-30", 400],
    ["/transactions?from=0000-01-01", 400],
    ["/transactions?from=0001-01-01", 200],
    ["/transactions?to=9999-12-31", 200],
    ["/transactions?minAmount=-1", 400],
    ["/transactions?minAmount=1e5", 400],
    ["/transactions?maxAmount=999999999999.9999", 200],
    ["/transactions?minAmount=0.0001", 200],
    ["/transactions?category=nonsense", 400],
    ["/transactions?accountId=x", 400],
    ["/transactions?__proto__=1", 400],
    ["/transactions?unknown=1", 400],
    ["/transactions/x/category", 400],
    ["/insights/cash-flow?months=0", 400],
    ["/insights/cash-flow?months=61", 400],
    ["/insights/spending?from=2026-02-01", 400],
    ["/insights/spending?from=2026-02-02&to=2026-02-01", 400],
    ["/insights/spending?from=0000-01-01&to=0000-01-02", 400],
    ["/insights/spending?from=2000-01-01&to=2026-01-01", 400],
    ["/insights/forecast?days=0", 400],
    ["/insights/forecast?days=91", 400],
    ["/insights/forecast?days=90", 200],
    ["/insights/first-screen?from=2026-01-01&to=2026-01-02", 400],
    ["/insights/first-screen?from=2026-01-02&to=2026-01-01&accountsFrom=2026-01-01", 400],
    ["/insights/first-screen?from=1000-01-01&to=2999-01-01&accountsFrom=1000-01-01", 400],
    ["/insights/first-screen?from=2999-12-01&to=2999-12-31&accountsFrom=2026-01-01", 200],
    ["/insights/net-worth?from=2026-01-02&to=2026-01-01", 400],
    ["/insights/net-worth?from=1000-01-01&to=2999-01-01", 400],
  ])("GET %s answers %i", async (path, status) => {
    const { psu } = await quiet();
    const token = await app.tokens.for("bff").issue("analytics");
    const answer = await fetch(app.address + path, { headers: { authorization: `Bearer ${token}`, "opl-psu-context": psu.token } });
    expect(answer.status).toBe(status);
    const body = (await answer.json()) as { code?: string };
    if (status !== 200) expect(body.code).toMatch(/^ERR_/);
  });

  it.each<[string, BudgetCategory, string]>([
    ["EUR", "groceries", "0"],
    ["EUR", "groceries", "-1"],
    ["EUR", "groceries", "1e3"],
    ["EUR", "groceries", "1000000000000000000"],
    ["EUR", "groceries", "1e18"],
    ["EUR", "groceries", "10 %"],
    ["ZZZ", "groceries", "1"],
    ["eur", "groceries", "1"],
    ["EUR", "income" as BudgetCategory, "1"],
    ["EUR", "transfers" as BudgetCategory, "1"],
  ])("a budget in %s for %s of %s is refused (US-41)", async (currency, category, limit) => {
    const { psu } = await quiet();
    await expect(app.bff.putBudget({ psu, params: { currency, category }, body: { limit } })).rejects.toMatchObject({ kind: "invalid" });
  });

  it("a category has one budget in a currency, however often another limit is set (US-41)", async () => {
    const { psu } = await quiet();
    const params = { currency: "EUR", category: "groceries" } as const;
    for (let limit = 1; limit <= 200; limit += 1) await app.bff.putBudget({ psu, params, body: { limit: `${limit}` } });
    expect((await app.bff.listBudgets({ psu })).budgets.map((budget) => budget.limit)).toEqual([{ amount: "200.00", currency: "EUR" }]);
  });

  it.each(["", " ", "a\nb", "\u0000", "\ud800", "a".repeat(501)])("a note %j is refused", async (note) => {
    const { psu } = await quiet();
    const { transactions } = await app.bff.listCategorised({ psu });
    const params = { transactionId: transactions[0]?.transactionId ?? "" };
    await expect(app.bff.putNote({ psu, params, body: { note } })).rejects.toMatchObject({ kind: "invalid" });
  });

  const part = { category: "family", amount: { amount: "-0.50", currency: "EUR" } };
  it.each([
    [{ parts: [part] }, 400],
    [{ parts: Array.from({ length: 21 }, () => part) }, 400],
    [{ parts: [part, { ...part, category: "nonsense" }] }, 400],
    [{ parts: [part, { ...part, amount: { amount: -0.5, currency: "EUR" } }] }, 400],
    [{ parts: [part, { ...part, amount: { amount: "1e2", currency: "EUR" } }] }, 400],
    [{ parts: [part, { ...part, note: "a".repeat(101) }] }, 400],
    [{ parts: [part, { ...part, note: "a\nb" }] }, 400],
    [{ parts: [part, { ...part, amount: { amount: "-0.005", currency: "EUR" } }] }, 422],
    [{ parts: [part, { ...part, amount: { amount: "-0.50", currency: "XXQ" } }] }, 422],
    [{ parts: [part, part] }, 422],
  ])("a split %j: %i", async (body, status) => {
    const { psu, psuId } = await quiet();
    const { transactions } = await app.bff.listCategorised({ psu, query: { status: "booked" } });
    const headers = {
      authorization: `Bearer ${await app.tokens.for("bff").issue("analytics")}`,
      "opl-psu-context": (await app.psu(psuId)).token,
      "content-type": "application/json",
    };
    const url = `${app.address}/transactions/${transactions[0]?.transactionId}/split`;
    expect((await fetch(url, { method: "PUT", headers, body: JSON.stringify(body) })).status).toBe(status);
  });

  it.each([
    ["nothing", () => []],
    ["501 of them", () => Array.from({ length: 501 }, () => ({ transactionId: newId(), category: null }))],
    [
      "one twice",
      (transactionId: string) => [
        { transactionId, category: null },
        { transactionId, note: "x" },
      ],
    ],
    ["not what", (transactionId: string) => [{ transactionId }]],
    ["a note of two lines", (transactionId: string) => [{ transactionId, note: "a\nb" }]],
  ] as const)("about many: %s is refused", async (_, annotations) => {
    const { psu } = await quiet();
    const { transactions } = await app.bff.listCategorised({ psu });
    const body = { annotations: [...annotations(transactions[0]?.transactionId ?? "")] };
    await expect(app.bff.annotateTransactions({ psu, body })).rejects.toMatchObject({ kind: "invalid" });
  });

  let known: Awaited<ReturnType<typeof person>> | undefined;
  async function quiet() {
    return (known ??= await person());
  }
});
