import { newId } from "@opl/service";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addMonths, dayOfMonth } from "../domain/calendar.ts";
import { type Harness, startHarness } from "../testing/harness.ts";
import { type EntryPlan, LedgerModel } from "../testing/ledger-model.ts";
import { erasePsu } from "./erase-psu.ts";
import { inTransaction } from "@opl/postgres";
import { rebuildProjections } from "./rebuild-projections.ts";

let stage: Harness;
let ledger: LedgerModel;
let psuId: string;
let [current, savings] = ["", ""];
beforeEach(async () => {
  ledger = new LedgerModel();
  stage = await startHarness(ledger);
  psuId = newId();
  [current, savings] = [newId(), newId()];
});
afterEach(() => stage[Symbol.asyncDispose]());

/** Two accounts with rent, a subscription, shopping, transfers and balances over two years. */
function household(owner = psuId, accounts = [current, savings] as const): void {
  const [first, second] = accounts;
  ledger.account(owner, first, { iban: "FI2112345600000785", ownerName: "Aino Testinen" });
  ledger.account(owner, second, { iban: "FI1410093000123458", ownerName: "Aino Testinen", kind: "savings" });
  for (let month = 0; month < 24; month += 1) {
    const date = (day: number) => dayOfMonth(addMonths("2024-12", month), day);
    const label = (name: string) => `${owner} ${name} ${month}`;
    const entries: EntryPlan[] = [
      { label: label("rent"), minor: -95_000n, date: date(2), name: "Asunto Oy Kallio", text: "vuokra" },
      { label: label("netflix"), minor: month < 15 ? -1399n : -1599n, date: date(11), name: "NETFLIX.COM" },
      { label: label("save"), minor: -20_000n, date: date(26), iban: "FI1410093000123458", name: "Aino Testinen" },
      { label: label("pay"), minor: 250_000n + BigInt(month * 100), date: date(25), name: "TEHDAS OY", code: "PALKKA" },
      { label: label("shop"), minor: -BigInt(1000 + month * 37), date: date(5 + (month % 9)), name: "K-MARKET KAMPPI" },
    ];
    ledger.record(first, entries);
    ledger.record(second, [{ label: label("saved"), minor: 20_000n, date: date(27) }]);
  }
  ledger.balance(first, "interimBooked", 123_456n, "2026-11-20T08:00:00Z");
  ledger.balance(first, "interimBooked", 123_999n, "2026-11-20T15:00:00Z");
  ledger.balance(second, "closingBooked", 480_000n, "2026-11-18T20:00:00Z");
}
const deliverAll = async () => {
  for (const fact of ledger.facts.splice(0)) await stage.deliver([fact]);
  await stage.settle();
};

describe("rebuilding", () => {
  it("gives every answer byte for byte as it was, after all projections were dropped", async () => {
    household();
    await deliverAll();
    const before = await stage.everything(psuId);
    await sql`truncate transactions, cash_flow_months, balances, recurring_series, accounts`.execute(stage.ctx.db);
    expect(await stage.everything(psuId)).not.toBe(before);
    expect(await rebuildProjections(stage.ctx)).toEqual({ accounts: 2, balances: 3, transactions: 144 });
    expect(await stage.everything(psuId)).toBe(before);
  });

  it("mends what was damaged: figures, totals, rows too many, rows that claim to be newer", async () => {
    household();
    await deliverAll();
    const before = await stage.everything(psuId);
    await sql`update transactions set amount_minor = amount_minor - 1, revision = 99 where category = 'groceries'`.execute(stage.ctx.db);
    await sql`update cash_flow_months set income_minor = income_minor + 1`.execute(stage.ctx.db);
    await sql`insert into transactions select (jsonb_populate_record(t, jsonb_build_object('transaction_id', gen_random_uuid()))).* from transactions t limit 5`.execute(
      stage.ctx.db,
    );
    await sql`update balances set amount_minor = 1, told_at = '2030-01-01'`.execute(stage.ctx.db);
    await rebuildProjections(stage.ctx);
    expect(await stage.everything(psuId)).toBe(before);
  });

  it("tells nobody about recurring payments they know", async () => {
    household();
    await deliverAll();
    const told = (await stage.told("analytics.recurring-detected")).length;
    expect(told).toBeGreaterThan(2);
    await sql`truncate recurring_series`.execute(stage.ctx.db);
    await rebuildProjections(stage.ctx);
    expect((await stage.told("analytics.recurring-detected")).length).toBe(told);
  });

  it("answers questions as before while it runs", async () => {
    household();
    await deliverAll();
    const before = await stage.everything(psuId);
    const seen = new Set<string>();
    ledger.beforePage = async () => void seen.add(await stage.everything(psuId));
    await rebuildProjections(stage.ctx);
    // Categories that only other entries tell may be on their way; nothing is missing or doubled.
    const sums = (text: string) => JSON.stringify((JSON.parse(text) as { total: number | null }[][])[0]?.[0]?.total);
    for (const answer of seen) expect(sums(answer)).toBe(sums(before));
    expect(seen.size).toBeGreaterThan(0);
  });

  it("ends right although facts keep arriving meanwhile, in time and late", async () => {
    household();
    await deliverAll();
    let step = 0;
    const late: typeof ledger.facts = [];
    ledger.beforePage = async () => {
      step += 1;
      const label = (name: string) => `${psuId} ${name} ${step % 24}`;
      if (step % 3 === 0) ledger.record(current, [{ label: label("rent"), minor: -99_000n, date: "2026-11-02", name: "Asunto Oy Kallio", text: "vuokra" }]);
      if (step % 3 === 1) ledger.record(current, [{ label: `${psuId} pending ${step}`, minor: -500n, date: "2026-11-21", name: "R-KIOSKI", pending: true }]);
      if (step % 3 === 2)
        ledger.record(current, [{ label: `${psuId} new ${step}`, minor: -700n, date: "2026-11-20", name: "ALEPA KALLIO" }], [`${psuId} pending ${step - 1}`]);
      if (step % 5 === 0) ledger.balance(current, "interimBooked", BigInt(200_000 + step), "2026-11-21T09:00:00Z");
      stage.clock.advance({ seconds: 1 });
      const facts = ledger.facts.splice(0);
      // Some at once, some only after the rebuild, and backwards.
      if (step % 2 === 0) late.unshift(...facts);
      else await stage.deliver(facts);
    };
    await rebuildProjections(stage.ctx);
    ledger.beforePage = async () => undefined;
    for (const fact of late) await stage.deliver([fact]);
    await stage.settle();

    const fresh = await startHarness(ledger);
    await rebuildProjections(fresh.ctx);
    expect(await stage.everything(psuId)).toBe(await fresh.everything(psuId));
    expect((await stage.list(psuId)).total).toBe(ledger.transactions().length);
    await fresh[Symbol.asyncDispose]();
  });

  it("brings nobody back who was forgotten, also when that happens meanwhile", async () => {
    const other = newId();
    household();
    household(other, [newId(), newId()]);
    await deliverAll();
    let pages = 0;
    ledger.beforePage = async () => {
      pages += 1;
      if (pages === 5) await inTransaction(stage.ctx.db, (tx) => erasePsu(stage.ctx, tx, other));
      if (pages === 12) {
        await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [savings] } }]);
      }
    };
    await rebuildProjections(stage.ctx);
    expect((await stage.list(other)).total).toBe(0);
    expect((await stage.totals()).accounts.map((account) => account.accountId)).toEqual([current]);
    expect((await stage.list(psuId)).transactions.every((row) => row.accountId === current)).toBe(true);
  });

  it("two at once do no harm", async () => {
    household();
    await deliverAll();
    const before = await stage.everything(psuId);
    await Promise.all([rebuildProjections(stage.ctx), rebuildProjections(stage.ctx)]);
    expect(await stage.everything(psuId)).toBe(before);
  });
});
