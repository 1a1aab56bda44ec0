import type { CategoryId } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { sql } from "kysely";
import { addDays, monthOf } from "../domain/calendar.ts";
import { startHarness } from "../testing/harness.ts";
import { type EntryPlan, type Fact, LedgerModel, idOf } from "../testing/ledger-model.ts";
import { recountMonths } from "../projections/cash-flow/store.ts";
import { rebuildProjections } from "./rebuild-projections.ts";

/** What may happen in a ledger, in small: few labels, so that things meet. */
const label = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h");
const party = fc.constantFrom(
  { name: "K-MARKET KAMPPI" },
  { name: "NETFLIX.COM" },
  { name: null, text: "Oma siirto" },
  { name: "Tilini", iban: "FI1410093000123458" },
  { name: "TEHDAS OY", code: "PALKKA" },
  { name: null },
);
const entry = fc.record({
  label,
  party,
  minor: fc.constantFrom(-1399n, 1399n, -50_000n, 50_000n, -7n),
  day: fc.integer({ min: 0, max: 400 }),
  currency: fc.constantFrom("EUR", "EUR", "SEK"),
  pending: fc.boolean(),
});
const splits = [
  [["family", -60n] as const, ["transfers", -40n] as const],
  [["groceries", -1n, "Super Market"] as const, ["family", -33n] as const, ["groceries", -66n] as const],
] as const;
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("record" as const),
      account: fc.constantFrom(0, 1, 2),
      entries: fc.uniqueArray(entry, { maxLength: 5, selector: (each) => each.label }),
      removed: fc.uniqueArray(label, { maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("balance" as const),
      account: fc.constantFrom(0, 1, 2),
      minor: fc.integer({ min: -90_000, max: 90_000 }),
      day: fc.integer({ min: 300, max: 400 }),
      hour: fc.integer({ min: 0, max: 23 }),
      type: fc.constantFrom("interimBooked" as const, "closingBooked" as const, "interimAvailable" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.oneof(fc.tuple(fc.constantFrom(0, 1, 2), label), fc.tuple(fc.constant(0 as const), fc.constantFrom("fixed K-MARKET KAMPPI", "fixed NETFLIX.COM"))),
        fc.oneof(
          fc.record({ category: fc.constantFrom("family" as const, "transfers" as const, "groceries" as const, null) }),
          fc.record({ note: fc.constantFrom("Super Market", "Super Market", null) }),
        ),
      )
      .map(([[account, name], said]) => ({ what: "said" as const, account, label: name, said })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("said" as const),
      account: fc.constant(0 as const),
      label: fc.constantFrom("fixed K-MARKET KAMPPI", "fixed NETFLIX.COM"),
      // Of an entry that is -100 all the time: of others it depends on the moment what its parts may be.
      said: fc.record({ parts: fc.constantFrom(...splits, null) }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("said" as const),
      account: fc.constant(0 as const),
      label: fc.constantFrom("anchor K-MARKET KAMPPI", "anchor NETFLIX.COM"),
      said: fc.record({ rule: fc.constantFrom("family" as const, "income" as const, null) }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("account" as const), account: fc.constantFrom(0, 1, 2), name: fc.constantFrom("x", "y") }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Said = Extract<Step, { readonly what: "said" }>;
type Harness = Awaited<ReturnType<typeof startHarness>>;

interface Story {
  readonly psuId: string;
  readonly facts: readonly Fact[];
  readonly ledger: LedgerModel;
}

const accountOf = (psuId: string, index: number) => idOf(`${psuId} account ${index}`);
const labelOf = (accountId: string, name: string, pending: boolean) => `${accountId} ${pending ? "pending " : ""}${name}`;

/** A rule by the counterparty of an entry, or none. */
async function ruleOrNone(stage: Harness, psuId: string, entry: string, category: "family" | "income" | null): Promise<void> {
  const { rule } = await stage.previewRule(psuId, entry, "family");
  if (category !== null) await stage.rule(psuId, entry, category);
  else if (rule !== null) await stage.removeRule(psuId, rule.counterpartyRuleId);
}

/** The person says it, if the entry is known by now. @returns whether it was */
async function say(stage: Harness, psuId: string, { account, label: name, said }: Said): Promise<boolean> {
  const entry = labelOf(accountOf(psuId, account), name, false);
  try {
    if ("parts" in said) await (said.parts === null ? stage.merge(psuId, entry) : stage.split(psuId, entry, said.parts));
    else if ("rule" in said) await ruleOrNone(stage, psuId, entry, said.rule);
    else await ("category" in said ? stage.say(psuId, entry, said.category) : stage.note(psuId, entry, said.note));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    return false;
  }
}

/** Lets a ledger live through the steps. Pending entries keep their label to themselves: a booked one never takes it over. */
function live(steps: readonly Step[], ledger: LedgerModel, psuId: string): Story {
  const accounts = [0, 1, 2].map((index) => accountOf(psuId, index));
  const plans = [
    { iban: "FI2112345600000785", ownerName: "Aino Testinen" },
    { iban: "FI1410093000123458", kind: "savings" as const },
    { kind: "card" as const },
  ];
  accounts.forEach((accountId, index) => ledger.account(psuId, accountId, plans[index] ?? {}));
  // Entries that never change: there is always something to speak of, and rules are made from the anchors.
  ledger.record(
    accounts[0] ?? "",
    ["K-MARKET KAMPPI", "NETFLIX.COM"].flatMap((name) =>
      ["anchor", "fixed"].map((kind) => ({ label: labelOf(accounts[0] ?? "", `${kind} ${name}`, false), minor: -100n, date: "2025-11-01", name })),
    ),
  );
  for (const each of steps) {
    if (each.what === "said") continue;
    const accountId = accounts[each.account] ?? "";
    const mine = (name: string, pending: boolean) => labelOf(accountId, name, pending);
    if (each.what === "account") ledger.account(psuId, accountId, { ...plans[each.account], name: each.name });
    else if (each.what === "balance")
      ledger.balance(accountId, each.type, BigInt(each.minor), `${addDays("2025-11-01", each.day)}T${String(each.hour).padStart(2, "0")}:00:00Z`);
    else {
      const entries = each.entries.map(({ party, day, label: name, ...rest }): EntryPlan => ({
        ...rest,
        ...party,
        date: addDays("2025-11-01", day),
        label: mine(name, rest.pending),
      }));
      const removed = each.removed.map((name) => mine(name, true)).filter((name) => !entries.some((plan) => plan.label === name));
      ledger.record(accountId, entries, removed);
    }
  }
  return { psuId, facts: ledger.facts.splice(0), ledger };
}

it("the order of facts, their batches and duplicates change no answer, whenever a person said something in between; totals kept up equal totals from scratch; a rebuild gives the same bytes", async () => {
  const straightLedger = new LedgerModel();
  await using straight = await startHarness(straightLedger);
  const crookedLedger = new LedgerModel();
  await using crooked = await startHarness(crookedLedger);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.infiniteStream(fc.nat(1_000_000)), async (steps, chance) => {
      const psuId = newId();
      const random = (below: number): number => (chance.next().value ?? 0) % below;
      const { facts } = live(steps, straightLedger, psuId);
      live(steps, crookedLedger, psuId);
      const saids = steps.filter((each) => each.what === "said");
      /** The person speaks now and then, each word when its entry is known, at the latest in the end. */
      const sayNowAndThen = async (stage: Harness, waiting: Said[], { atLast }: { readonly atLast: boolean }): Promise<void> => {
        while (waiting[0] !== undefined) {
          if (!atLast && random(2) === 0) return;
          if (!(await say(stage, psuId, waiting[0])) && !atLast) return;
          waiting.shift();
        }
      };
      const straightSaids = [...saids];
      for (const fact of facts) {
        await straight.deliver([fact]);
        await sayNowAndThen(straight, straightSaids, { atLast: false });
      }
      await sayNowAndThen(straight, straightSaids, { atLast: true });
      await expectKeptUp(straight, psuId);
      await straight.settle();
      const expected = await straight.everything(psuId);

      // Every fact once or more, in any order, in batches of any size, settled now and then.
      const deliveries = facts
        .flatMap((fact) => Array.from({ length: 1 + random(2) }, () => ({ fact, key: random(1_000_000) })))
        .toSorted((a, b) => a.key - b.key);
      const crookedSaids = [...saids];
      while (deliveries.length > 0) {
        await crooked.deliver(deliveries.splice(0, 1 + random(6)).map(({ fact }) => fact));
        await sayNowAndThen(crooked, crookedSaids, { atLast: false });
        if (random(4) === 0) await crooked.settle();
      }
      await sayNowAndThen(crooked, crookedSaids, { atLast: true });
      await expectKeptUp(crooked, psuId);
      await crooked.settle();
      expect(await crooked.everything(psuId)).toBe(expected);
      // And it is what the person said last, where they said something.
      const words = new Map<string, CategoryId | null>(
        saids.flatMap(({ account, label: name, said }) =>
          "category" in said ? [[idOf(labelOf(accountOf(psuId, account), name, false)), said.category] as const] : [],
        ),
      );
      for (const { transactionId, category } of (await crooked.list(psuId, { limit: 500 })).transactions) {
        const word = words.get(transactionId) ?? null;
        if (word === null) expect(category.ruleId).not.toBe("person.transaction");
        else expect(category).toMatchObject({ category: word, ruleId: "person.transaction" });
      }
      const parts = new Map(saids.flatMap(({ label: name, said }) => ("parts" in said ? [[name, said.parts] as const] : [])));
      expect(await cashFlowFromScratch(straightLedger, straight, psuId, [...parts.values()])).toEqual(await storedCashFlow(straight, psuId));

      await rebuildProjections(straight.ctx);
      expect(await straight.everything(psuId)).toBe(expected);
    }),
    { numRuns: 25, endOnFailure: true },
  );
}, 240_000);

/** Counted from nothing no total is another one: before anybody is settled, which would put it right. */
async function expectKeptUp({ ctx }: Harness, psuId: string): Promise<void> {
  expect(await inTransaction(ctx.db, (tx) => recountMonths(tx, psuId))).toEqual([]);
}

async function storedCashFlow(stage: Awaited<ReturnType<typeof startHarness>>, psuId: string): Promise<Record<string, string>> {
  const { rows } = await sql<{ currency: string; month: string; income: string; expenses: string; entries: bigint }>`
    select currency, month, sum(income_minor)::text as income, sum(expenses_minor)::text as expenses, sum(entries)::bigint as entries from cash_flow_months where psu_id = ${psuId} group by currency, month`.execute(
    stage.ctx.db,
  );
  return Object.fromEntries(rows.map((row) => [`${row.currency} ${row.month}`, `${row.income} ${row.expenses} ${row.entries}`]));
}

/** Counted from what the ledger itself holds, and how often the entries of November 2025 were split. */
async function cashFlowFromScratch(
  ledger: LedgerModel,
  stage: Awaited<ReturnType<typeof startHarness>>,
  psuId: string,
  parts: readonly (readonly (readonly [category: CategoryId, ...unknown[]])[] | null)[],
): Promise<Record<string, string>> {
  const more = parts.reduce((count, each) => count + (each === null ? 0 : new Set(each.map(([category]) => category)).size - 1), 0);
  const booked = ledger.transactions().filter((each) => each.psuId === psuId && each.bookingStatus === "booked");
  const groups = Map.groupBy(booked, (each) => `${each.amount.currency} ${monthOf(each.bookingDate)}`);
  expect((await stage.list(psuId, { limit: 500 })).total).toBe(ledger.transactions().filter((each) => each.psuId === psuId).length);
  const minor = (each: (typeof booked)[number]) => BigInt(each.amount.amount.replace(".", ""));
  return Object.fromEntries(
    [...groups].map(([key, rows]) => {
      const income = rows
        .map(minor)
        .filter((amount) => amount > 0n)
        .reduce((sum, amount) => sum + amount, 0n);
      const expenses = rows
        .map(minor)
        .filter((amount) => amount < 0n)
        .reduce((sum, amount) => sum - amount, 0n);
      return [key, `${income} ${expenses} ${rows.length + (key === "EUR 2025-11" ? more : 0)}`];
    }),
  );
}
