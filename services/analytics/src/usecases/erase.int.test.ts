import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../testing/harness.ts";
import { type Fact, LedgerModel } from "../testing/ledger-model.ts";
import { erasePsu } from "./erase-psu.ts";
import { purgeErased } from "./purge-erased.ts";

let stage: Harness;
let ledger: LedgerModel;
let psuId: string;
let [current, savings] = ["", ""];
let facts: Fact[] = [];
beforeAll(async () => {
  stage = await startHarness();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  ledger = new LedgerModel();
  psuId = newId();
  [current, savings] = [newId(), newId()];
  ledger.account(psuId, current, { iban: "FI2112345600000785", ownerName: "Aino Testinen" });
  ledger.account(psuId, savings, { iban: "FI1410093000123458", kind: "savings" });
  for (let month = 1; month <= 10; month += 1) {
    const date = `2026-${String(month).padStart(2, "0")}-11`;
    ledger.record(current, [{ label: `${psuId} n${month}`, minor: -1399n, date, name: "NETFLIX.COM" }]);
    ledger.record(savings, [{ label: `${psuId} s${month}`, minor: 7000n, date, name: "TEHDAS OY", code: "PALKKA" }]);
  }
  ledger.record(savings, [{ label: `${psuId} p`, minor: -1n, date: "2026-11-11", pending: true }]);
  ledger.record(savings, [], [`${psuId} p`]);
  ledger.balance(current, "interimBooked", 1n, "2026-11-11T10:00:00Z");
  ledger.balance(savings, "interimBooked", 2n, "2026-11-11T10:00:00Z");
  facts = ledger.facts.splice(0);
  await stage.deliver(facts);
  await stage.settle();
  await stage.say(psuId, `${psuId} n3`, "family");
  await stage.note(psuId, `${psuId} s3`, "Holiday pay");
  await stage.rule(psuId, `${psuId} s4`, "other");
  for (const label of [`${psuId} n5`, `${psuId} s5`]) await stage.split(psuId, label, halvesOf(label.includes("n5") ? -1399n : 7000n));
  await stage.setBudget(psuId, "family", "50");
  await stage.confirm(psuId, [`${psuId} n6`, `${psuId} s6`]);
});

const halvesOf = (minor: bigint) => [["family", minor / 2n] as const, ["other", minor - minor / 2n] as const];

/** How many rows of every table name this person, but for the mark that they are forgotten. */
async function traces(): Promise<Record<string, number>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns where table_schema = ${stage.schema} and column_name = 'psu_id' and table_name <> 'people'`.execute(
    stage.ctx.db,
  );
  const found: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ rows: number }>`select count(*)::int as rows from ${sql.table(name)} where psu_id = ${psuId}`.execute(stage.ctx.db);
    if ((rows[0]?.rows ?? 0) > 0) found[name] = rows[0]?.rows ?? 0;
  }
  return found;
}

const aQuestionAbout = ({ psuId, transactionId, accountId }: { readonly psuId: string; readonly transactionId: string; readonly accountId: string }) => ({
  psuId,
  transactionId,
  accountId,
  questionId: newId(),
  kind: "unusual-charge" as const,
  usualMinor: 1n,
  usualOf: "counterparty" as const,
});

describe("a person asks to be forgotten (US-37)", () => {
  it("every row about them goes, and late facts bring nothing back", async () => {
    expect(Object.keys(await traces()).length).toBeGreaterThan(6);
    await inTransaction(stage.ctx.db, (tx) => erasePsu(stage.ctx, tx, psuId));
    expect(await traces()).toEqual({});
    for (const fact of facts) await stage.deliver([fact]);
    await stage.settle();
    expect(await traces()).toEqual({});
    expect((await stage.list(psuId)).total).toBe(0);
  });

  it("the mark alone suffices: facts that come first of all after it fall flat", async () => {
    const stranger = newId();
    await inTransaction(stage.ctx.db, (tx) => erasePsu(stage.ctx, tx, stranger));
    const late = new LedgerModel();
    late.account(stranger, newId());
    await stage.deliver(late.facts);
    expect((await stage.totals()).accounts.some((account) => account.psuId === stranger)).toBe(false);
  });

  it("what we told about them is removed from the event server, once nobody can still be sending it", async () => {
    await inTransaction(stage.ctx.db, (tx) => erasePsu(stage.ctx, tx, psuId));
    await purgeErased(stage.ctx);
    expect(stage.purged).not.toContain(psuId);
    stage.clock.advance({ seconds: 20 });
    await purgeErased(stage.ctx);
    expect(stage.purged).toContain(psuId);
    expect(await purgeErased(stage.ctx)).toBe(0);
  });

  it("their words go too when a process that knows no words erased them, however long ago", async () => {
    const { db } = stage.ctx;
    const words = await db.selectFrom("annotations").selectAll().where("psuId", "=", psuId).execute();
    const rules = await db.selectFrom("counterpartyRules").selectAll().where("psuId", "=", psuId).execute();
    const parts = await db.selectFrom("splitParts").selectAll().where("psuId", "=", psuId).execute();
    const confirmed = await db.selectFrom("confirmedCharges").selectAll().where("psuId", "=", psuId).execute();
    const questions = confirmed.map(aQuestionAbout);
    const budgets = await db.selectFrom("budgets").selectAll().where("psuId", "=", psuId).execute();
    await inTransaction(db, (tx) => erasePsu(stage.ctx, tx, psuId));
    await stage.setBudget(psuId, "family", "60");
    expect(await traces()).toEqual({});
    await db.insertInto("budgets").values(budgets).execute();
    await db.insertInto("annotations").values(words).execute();
    await db.insertInto("confirmedCharges").values(confirmed).execute();
    await db.insertInto("chargeQuestions").values(questions).execute();
    await db.insertInto("counterpartyRules").values(rules).execute();
    await db.insertInto("splitParts").values(parts).execute();
    await db.updateTable("people").set({ purgedAt: stage.clock.now() }).where("psuId", "=", psuId).execute();
    expect(await traces()).toEqual({ annotations: 2, budgets: 1, charge_questions: 2, confirmed_charges: 2, counterparty_rules: 1, split_parts: 4 });
    await purgeErased(stage.ctx);
    expect(await traces()).toEqual({});
  });

  it("racing with facts, the end is the same: nothing (DR-C8)", async () => {
    const erasing = inTransaction(stage.ctx.db, (tx) => erasePsu(stage.ctx, tx, psuId));
    await Promise.all([erasing, ...facts.map((fact) => stage.deliver([fact])), stage.settle()]);
    expect(await traces()).toEqual({});
  });
});

describe("a person withdraws a permission and wants its data gone", () => {
  it("the accounts leave every figure and do not come back; the others stay", async () => {
    await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [savings] } }]);
    await stage.settle();
    for (const fact of facts) await stage.deliver([fact]);
    await stage.settle();
    expect((await stage.list(psuId)).transactions.every((row) => row.accountId === current)).toBe(true);
    const said = await stage.ctx.db.selectFrom("annotations").select(["accountId", "category", "note"]).where("psuId", "=", psuId).execute();
    expect(said).toEqual([{ accountId: current, category: "family", note: null }]);
    const parts = await stage.ctx.db.selectFrom("splitParts").select(["accountId", "amountMinor"]).where("psuId", "=", psuId).orderBy("position").execute();
    expect(parts).toEqual([
      { accountId: current, amountMinor: -699n },
      { accountId: current, amountMinor: -700n },
    ]);
    expect((await stage.cashFlow(psuId)).currencies[0]?.months.every((month) => month.income.amount === "0.00")).toBe(true);
    expect((await stage.netWorth(psuId, "2026-11-11", "2026-11-11")).accounts.map((line) => line.accountId)).toEqual([current]);
    expect((await stage.recurring(psuId)).recurring.map((series) => series.accountId)).toEqual([current]);
    expect((await stage.totals()).accounts.filter((account) => account.psuId === psuId).map((account) => account.accountId)).toEqual([current]);
  });

  it("what was said about the accounts goes too when a process that knows no words erased them", async () => {
    const { db } = stage.ctx;
    const words = await db.selectFrom("annotations").selectAll().where("psuId", "=", psuId).execute();
    const parts = await db.selectFrom("splitParts").selectAll().where("psuId", "=", psuId).execute();
    const confirmed = await db.selectFrom("confirmedCharges").selectAll().where("psuId", "=", psuId).execute();
    const questions = confirmed.map(aQuestionAbout);
    await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [savings] } }]);
    await db
      .insertInto("annotations")
      .values(words)
      .onConflict((oc) => oc.doNothing())
      .execute();
    await db
      .insertInto("splitParts")
      .values(parts)
      .onConflict((oc) => oc.doNothing())
      .execute();
    await db
      .insertInto("confirmedCharges")
      .values(confirmed)
      .onConflict((oc) => oc.doNothing())
      .execute();
    await db.insertInto("chargeQuestions").values(questions).execute();
    await purgeErased(stage.ctx);
    const left = await db.selectFrom("annotations").selectAll().where("psuId", "=", psuId).execute();
    expect(left).toEqual(words.filter((word) => word.accountId === current));
    const partsLeft = await db.selectFrom("splitParts").selectAll().where("psuId", "=", psuId).execute();
    expect(partsLeft).toEqual(parts.filter((part) => part.accountId === current));
    const accountsOf = async (table: "confirmedCharges" | "chargeQuestions") =>
      (await db.selectFrom(table).select("accountId").where("psuId", "=", psuId).execute()).map(({ accountId }) => accountId);
    expect([await accountsOf("confirmedCharges"), await accountsOf("chargeQuestions")]).toEqual([[current], [current]]);
  });

  it("also when the withdrawal is heard before anything else", async () => {
    const [stranger, account] = [newId(), newId()];
    const late = new LedgerModel();
    late.account(stranger, account);
    late.record(account, [{ label: `${stranger} x`, minor: -1n, date: "2026-11-01" }]);
    late.balance(account, "interimBooked", 5n, "2026-11-11T10:00:00Z");
    const told = late.facts.splice(0);
    late.eraseAccount(account);
    await stage.deliver(late.facts);
    await stage.deliver(told);
    expect((await stage.list(stranger)).total).toBe(0);
    expect((await stage.netWorth(stranger, "2026-11-11", "2026-11-11")).currencies).toEqual([]);
  });
});
