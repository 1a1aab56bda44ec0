import type { CategoryId } from "@opl/contracts/model";
import { publish } from "@opl/messaging";
import { toWire } from "@opl/money";
import { inTransaction } from "@opl/postgres";
import { fixedClock, testDatabase } from "@opl/testkit";
import type { Tables } from "../db/tables.ts";
import { bankDay } from "../domain/bank-day.ts";
import { askCashFlow } from "../projections/cash-flow/query.ts";
import { askBudgets } from "../projections/budgets/query.ts";
import { askForecast } from "../projections/forecast/query.ts";
import { type ListQuestion, askTransactions } from "../projections/ledger/query.ts";
import { askAccountTotals } from "../projections/ledger/totals.ts";
import { askNetWorth } from "../projections/net-worth/query.ts";
import { askQuestions } from "../projections/questions/query.ts";
import { askRecurring } from "../projections/recurring/query.ts";
import { askCumulativeSpending, askSpending } from "../projections/spending/query.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { sayMany, sayOne } from "../usecases/annotate-transaction.ts";
import { askConfirmed, confirmCharges, takeBackConfirmation } from "../usecases/confirm-charges.ts";
import { eraseAccounts } from "../usecases/erase-accounts.ts";
import { recordAccounts } from "../usecases/record-accounts.ts";
import { recordBalances } from "../usecases/record-balances.ts";
import { recordTransactions } from "../usecases/record-transactions.ts";
import { askRules, previewRule, removeRule, ruleCounterparty } from "../usecases/rule-counterparty.ts";
import { removeBudget, setBudget } from "../usecases/set-budget.ts";
import { mergeParts, splitIntoParts } from "../usecases/split-transaction.ts";
import { settleNext } from "../usecases/settle-person.ts";
import { type Fact, LedgerModel, idOf } from "./ledger-model.ts";

/** The use cases over a real schema, with a clock that stands still and a ledger in memory. */
export async function startHarness(ledger = new LedgerModel()) {
  const test = await testDatabase<Tables>({ service: "analytics" });
  const { database, schema } = test;
  const clock = fixedClock("2026-11-22T10:00:00Z");
  const purged: string[] = [];
  const ctx: AnalyticsContext = {
    db: database.db,
    clock,
    timeZone: "Europe/Helsinki",
    publish,
    ingest: ledger.client(),
    purgeFacts: async (psuId) => void purged.push(psuId),
    settling: { pauseMs: 0, atMostMs: 0 },
  };
  const today = () => bankDay(clock.now(), ctx.timeZone);

  /** Facts of one kind share a transaction, as in a batch of a consumer. */
  async function deliver(facts: readonly Fact[]): Promise<void> {
    await inTransaction(ctx.db, async (tx) => {
      await recordAccounts(
        ctx,
        tx,
        facts.flatMap((each) => (each.kind === "account" ? [each.fact] : [])),
      );
      await recordBalances(
        ctx,
        tx,
        facts.flatMap((each) => (each.kind === "balance" ? [each.fact] : [])),
      );
      await recordTransactions(
        ctx,
        tx,
        facts.flatMap((each) => (each.kind === "transactions" ? [each.fact] : [])),
      );
      for (const each of facts) if (each.kind === "accounts-erased") await eraseAccounts(ctx, tx, each.fact);
    });
  }
  async function settle(): Promise<number> {
    let people = 0;
    while (await settleNext(ctx)) people += 1;
    return people;
  }
  const key = (psuId: string, label: string) => ({ psuId, transactionId: idOf(label) });
  const list = (psuId: string, question: Partial<ListQuestion> = {}) => askTransactions(ctx.db, psuId, { limit: 100, ...question });

  return {
    ctx,
    clock,
    database,
    schema,
    ledger,
    purged,
    deliver,
    settle,
    list,
    /** The person says it about the entry with this label. */
    say: (psuId: string, label: string, category: CategoryId | null) => sayOne(ctx, key(psuId, label), { category }),
    note: (psuId: string, label: string, note: string | null) => sayOne(ctx, key(psuId, label), { note }),
    /** The person says it about many entries at once. */
    sayMany: (psuId: string, words: Parameters<typeof sayMany>[2]) => sayMany(ctx, psuId, words),
    /** The person splits the entry with this label: category, amount in cents, and a note or none. */
    split: (psuId: string, label: string, parts: readonly (readonly [category: CategoryId, minor: bigint, note?: string])[], currency = "EUR") =>
      splitIntoParts(
        ctx,
        key(psuId, label),
        parts.map(([category, minor, note = null]) => ({ category, amount: toWire({ minor, currency }), note })),
      ),
    merge: (psuId: string, label: string) => mergeParts(ctx, key(psuId, label)),
    /** The person says it about everything with the counterparty of this entry. */
    rule: (psuId: string, label: string, category: CategoryId) => ruleCounterparty(ctx, key(psuId, label), category),
    previewRule: (psuId: string, label: string, category: CategoryId) => previewRule(ctx, key(psuId, label), category),
    rules: async (psuId: string) => (await askRules(ctx, psuId)).rules,
    removeRule: (psuId: string, counterpartyRuleId: string) => removeRule(ctx, { psuId, counterpartyRuleId }),
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
    cashFlow: (psuId: string) => askCashFlow(ctx.db, psuId, { months: 60, today: today() }),
    spending: (psuId: string, from: string, to: string) => askSpending(ctx.db, psuId, { from, to }),
    monthSoFar: (psuId: string, month: string) => askCumulativeSpending(ctx.db, psuId, { month, today: today() }),
    recurring: (psuId: string) => askRecurring(ctx.db, psuId, today()),
    netWorth: (psuId: string, from: string, to: string, accountId?: string) => askNetWorth(ctx.db, psuId, { from, to, accountId }),
    budgets: (psuId: string) => askBudgets(ctx.db, psuId, today()),
    setBudget: (psuId: string, category: CategoryId, limit: string, currency = "EUR") => setBudget(ctx, { psuId, currency, category }, limit),
    removeBudget: (psuId: string, category: CategoryId, currency = "EUR") => removeBudget(ctx, { psuId, currency, category }),
    questions: (psuId: string) => askQuestions(ctx.db, psuId, today()),
    /** The person says that the charges with these labels are right. */
    confirm: (psuId: string, labels: readonly string[]) => confirmCharges(ctx, psuId, labels.map(idOf)),
    takeBack: (psuId: string, labels: readonly string[]) => takeBackConfirmation(ctx, psuId, labels.map(idOf)),
    confirmed: async (psuId: string) => (await askConfirmed(ctx, psuId)).confirmed,
    forecast: (psuId: string, days: number) => askForecast(ctx.db, psuId, { today: today(), days }),
    totals: () => askAccountTotals(ctx.db),
    /** The answer to every question about a person, page by page, as text. */
    async everything(psuId: string): Promise<string> {
      const pages = [];
      for (let cursor: string | undefined; ;) {
        const page = await list(psuId, { limit: 9, cursor });
        pages.push(page);
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      const answers = [
        pages,
        await list(psuId, { text: "market" }),
        await list(psuId, { category: ["groceries", "transfers"] }),
        await list(psuId, { direction: "in", status: "booked" }),
        await askCashFlow(ctx.db, psuId, { months: 60, today: today() }),
        await askSpending(ctx.db, psuId, { from: "2026-01-01", to: "2026-12-31" }),
        await askCumulativeSpending(ctx.db, psuId, { month: "2026-11", today: today() }),
        await askRecurring(ctx.db, psuId, today()),
        await askNetWorth(ctx.db, psuId, { from: "2026-01-01", to: "2026-11-30" }),
        await askBudgets(ctx.db, psuId, today()),
        await askForecast(ctx.db, psuId, { today: today(), days: 30 }),
        await askQuestions(ctx.db, psuId, today()),
        (await askAccountTotals(ctx.db)).accounts.filter((account) => account.psuId === psuId),
      ];
      return JSON.stringify(answers, null, 1);
    },
    /** Facts waiting to be sent. */
    async told(type: string): Promise<unknown[]> {
      const rows = await ctx.db.selectFrom("outbox").select("data").where("eventType", "=", type).orderBy("position").execute();
      return rows.map((row): unknown => JSON.parse(row.data));
    },
  };
}
export type Harness = Awaited<ReturnType<typeof startHarness>>;
