import type { KyselyPlugin } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aTransaction, manyTransactions } from "../testing/bank-answers.ts";
import { TestLedger } from "../testing/ledger.ts";
import type { Person } from "../testing/ledger.ts";
import { claimDueSync } from "./claim-sync.ts";
import { runSync } from "./run-sync.ts";
import { startSync } from "./start-sync.ts";

const ledger = await TestLedger.open();
const { bank, db, context } = ledger;
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(() => {
  bank.accounts.length = 0;
});

class Died extends Error {}

/** Lets so many statements pass and then none, as if the process were gone; open transactions roll back as they would. */
function dyingAfter(statements: number): KyselyPlugin & { readonly died: () => boolean } {
  let left = statements;
  return {
    died: () => left < 0,
    transformQuery: ({ node }) => {
      left -= 1;
      if (left < 0) throw new Died();
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
}

/** Runs the due sync in a process that dies after so many statements; true when it came to its end before. */
async function runAndDie(statements: number): Promise<boolean> {
  const death = dyingAfter(statements);
  const dying = { ...context, db: db.withPlugin(death) };
  try {
    const claimed = await claimDueSync(dying);
    if (claimed !== undefined) await runSync(dying, claimed.sync, claimed.runId, new AbortController().signal);
  } catch (error) {
    if (!death.died()) throw error;
  }
  return !death.died();
}

/** What the ledger and its subscribers hold of a person, without ids and times. */
async function outcome({ psuId }: Person) {
  const rows = await db.selectFrom("transactions").selectAll().where("psuId", "=", psuId).execute();
  const accounts = await db.selectFrom("accounts").selectAll().where("psuId", "=", psuId).execute();
  const events = await db.selectFrom("outbox").select(["eventType", "data"]).where("psuId", "=", psuId).orderBy("position").execute();
  const published = new Map<string, unknown>();
  for (const { data } of events.filter(({ eventType }) => eventType === "ingest.transactions-recorded")) {
    const { recorded, removed } = JSON.parse(data) as {
      recorded: { transactionId: string; revision: number; amount: { amount: string } }[];
      removed: string[];
    };
    for (const id of removed) published.delete(id);
    for (const each of recorded) published.set(each.transactionId, [each.revision, each.amount.amount]);
  }
  return {
    rows: rows.map((row) => [row.amountMinor, row.bookingDate, row.pending, row.revision, row.missingSince !== null, row.entryReference].join()).toSorted(),
    published: [...published.values()].map((each) => JSON.stringify(each)).toSorted(),
    counts: accounts.map((row) => [row.transactionCount, row.connected, row.incompleteSince, row.readAt !== null]),
    events: Object.fromEntries(
      [...Map.groupBy(events, ({ eventType }) => eventType)].map(([type, each]) => [type, type.startsWith("ingest.transactions") ? "some" : each.length]),
    ),
    left: (await db.selectFrom("syncPages").select("page").where("psuId", "=", psuId).execute()).length,
  };
}

const before = () => [
  [...manyTransactions(12), aTransaction({ amount: "-4.00" })],
  [aTransaction({ amount: "-4.00" }), aTransaction({ entryReference: "R", amount: "-1.00" }), aTransaction({ bookingStatus: "pending", amount: "-9.00" })],
];
const after = () => [
  [aTransaction({ entryReference: "R", amount: "-2.00" }), aTransaction({ bookingStatus: "pending", amount: "-8.00" }), aTransaction({ amount: "-4.00" })],
  [...manyTransactions(11), aTransaction({ amount: "-4.00" }), aTransaction({ entryReference: "N", amount: "-7.00" })],
];

async function reference() {
  const account = bank.add({}, before());
  const person = await ledger.connect();
  await ledger.runNext();
  account.pages = after();
  await ledger.syncAgain(person);
  bank.accounts.length = 0;
  return outcome(person);
}

describe("DR-T12: a process that dies at any statement", () => {
  it("leaves nothing lost, doubled or half done, whichever statement it was", async () => {
    const expected = await reference();
    expect(expected.rows).toHaveLength(17);
    let deaths = 0;
    for (let statements = 0, survived = false; !survived; statements += 1) {
      const account = bank.add({}, before());
      const person = await ledger.connect();
      const first = await runAndDie(statements);
      ledger.clock.advance({ seconds: 60 });
      if (!first) expect(await ledger.runNext()).toMatchObject({ status: "completed" });
      account.pages = after();
      ledger.clock.advance({ minutes: 1 });
      await startSync(context, person);
      ledger.clock.advance({ seconds: 6 });
      const second = await runAndDie(statements);
      ledger.clock.advance({ seconds: 60 });
      if (!second) expect(await ledger.runNext()).toMatchObject({ status: "completed" });
      expect(await outcome(person), `died after ${statements} statements`).toEqual(expected);
      deaths += Number(!first) + Number(!second);
      survived = first && second;
      bank.accounts.length = 0;
    }
    expect(deaths).toBeGreaterThan(60);
  }, 120_000);
});
