import type { EventData } from "@opl/contracts/events";
import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { eventually } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aTransaction } from "../testing/bank-answers.ts";
import { TestLedger } from "../testing/ledger.ts";
import type { Person } from "../testing/ledger.ts";
import { erasePsu } from "./erase-psu.ts";
import { recordExecutedPayment } from "./link-payments.ts";
import { stopSyncing } from "./stop-syncing.ts";

const ledger = await TestLedger.open();
const { bank, db } = ledger;
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(() => {
  bank.accounts.length = 0;
  bank.before = () => undefined;
  bank.nextCursor = undefined;
});

const payee = "FI5549299510000252";
type Executed = EventData<"consent.payment-executed">;
type Line = Parameters<typeof aTransaction>[0];

function executed({ psuId }: Person, change: Partial<Executed> = {}): Executed {
  return {
    paymentOrderId: newId(),
    paymentId: newId(),
    executionId: newId(),
    psuId,
    aspspId: "op-fi",
    debtorIban: "FI2112345600000785",
    creditorIban: payee,
    creditorName: "Kahvila Oy",
    amount: { amount: "12.50", currency: "EUR" },
    archiveId: newId(),
    executedAt: "2026-11-20T09:00:00Z",
    ...change,
  };
}
const tell = (fact: Executed) => inTransaction(db, (tx) => recordExecutedPayment(ledger.context, tx, fact));
const line = (change: Line = {}) =>
  aTransaction({ amount: "-12.50", bookingDate: "2026-11-20", counterparty: { name: "Kahvila Oy", iban: payee, bic: null }, ...change });
const announced = async ({ executionId }: Executed) =>
  (await ledger.published("ingest.payment-booked")).filter((each) => each.executionId === executionId).map(({ transactionId }) => transactionId);
const linesOf = async ({ psuId }: Person) =>
  new Map(
    (await db.selectFrom("transactions").select(["entryReference", "transactionId", "pending"]).where("psuId", "=", psuId).execute()).map((row) => [
      row.entryReference,
      row,
    ]),
  );

/** A person whose bank shows these lines, read once. */
async function person(...lines: readonly Line[]) {
  const pages = [lines.map(line)];
  bank.add({}, pages);
  const connected = await ledger.connect();
  await ledger.runNext();
  return { person: connected, pages };
}

describe("a payment and its line", () => {
  it("the fact first, the line later", async () => {
    const { person: one, pages } = await person();
    const fact = executed(one);
    await tell(fact);
    expect(await announced(fact)).toEqual([]);
    pages[0] = [line({ entryReference: fact.archiveId })];
    await ledger.syncAgain(one);
    const shown = (await linesOf(one)).get(fact.archiveId);
    expect(await announced(fact)).toEqual([shown?.transactionId]);
    expect((await ledger.published("ingest.payment-booked")).at(-1)).toMatchObject({ paymentId: fact.paymentId, paymentOrderId: fact.paymentOrderId });
    // Read again, told again: nothing is said twice.
    await ledger.syncAgain(one);
    await tell(fact);
    expect(await announced(fact)).toHaveLength(1);
  });

  it("the line first, the fact later", async () => {
    const { person: one } = await person({ entryReference: "A-first" });
    const fact = executed(one, { archiveId: "A-first" });
    await tell(fact);
    expect(await announced(fact)).toEqual([(await linesOf(one)).get("A-first")?.transactionId]);
  });

  it("two equal amounts on one day each find their own", async () => {
    const { person: one } = await person({ entryReference: "A-1" }, { entryReference: "A-2" });
    const facts = ["A-2", "A-1"].map((archiveId) => executed(one, { archiveId }));
    for (const fact of facts) await tell(fact);
    const lines = await linesOf(one);
    for (const fact of facts) expect(await announced(fact)).toEqual([lines.get(fact.archiveId)?.transactionId]);
  });

  it("twins without any archive id are linked to nothing", async () => {
    const { person: one } = await person({ remittanceInformation: "a" }, { remittanceInformation: "b" });
    const fact = executed(one, { archiveId: null });
    await tell(fact);
    expect(await announced(fact)).toEqual([]);
  });

  it("a pending line is left for the booked one that replaces it", async () => {
    const { person: one, pages } = await person({ bookingStatus: "pending" });
    const fact = executed(one);
    await tell(fact);
    const [pending] = [...(await linesOf(one)).values()];
    expect(pending?.pending).toBe(true);
    expect(await announced(fact)).toEqual([pending?.transactionId]);
    pages[0] = [line({ entryReference: fact.archiveId })];
    await ledger.syncAgain(one);
    const booked = (await linesOf(one)).get(fact.archiveId);
    expect(booked?.pending).toBe(false);
    expect(await announced(fact)).toEqual([pending?.transactionId, booked?.transactionId]);
  });

  it("a pending line that only vanishes leaves the payment open", async () => {
    const { person: one, pages } = await person({ bookingStatus: "pending" });
    const fact = executed(one);
    await tell(fact);
    pages[0] = [];
    await ledger.syncAgain(one);
    expect(await announced(fact)).toHaveLength(1);
    const { transactionId } = await db
      .selectFrom("paymentExecutions")
      .select("transactionId")
      .where("executionId", "=", fact.executionId)
      .executeTakeFirstOrThrow();
    expect(transactionId).toBeNull();
    pages[0] = [line({ entryReference: fact.archiveId })];
    await ledger.syncAgain(one);
    expect(await announced(fact)).toHaveLength(2);
  });

  it("a line that an archive id claims is given free by the payment that only seemed to fit", async () => {
    const { person: one } = await person({ bookingStatus: "pending", entryReference: "A-claim" });
    const seemed = executed(one, { archiveId: null });
    await tell(seemed);
    const [pending] = [...(await linesOf(one)).values()];
    expect(await announced(seemed)).toEqual([pending?.transactionId]);
    const owner = executed(one, { archiveId: "A-claim" });
    await tell(owner);
    expect(await announced(owner)).toEqual([pending?.transactionId]);
    const { transactionId } = await db
      .selectFrom("paymentExecutions")
      .select("transactionId")
      .where("executionId", "=", seemed.executionId)
      .executeTakeFirstOrThrow();
    expect(transactionId).toBeNull();
  });

  it("another person's line, or one of another bank, is never it", async () => {
    await person({ entryReference: "A-other" });
    bank.accounts.length = 0;
    const { person: two } = await person();
    const fact = executed(two, { archiveId: "A-other" });
    await tell(fact);
    const elsewhere = executed(two, { archiveId: "A-other", aspspId: "uk-bank" });
    await tell(elsewhere);
    expect([...(await announced(fact)), ...(await announced(elsewhere))]).toEqual([]);
  });

  it("while a page is being stored the fact waits, so that neither misses the other", async () => {
    const { person: one } = await person({ entryReference: "A-before" });
    const fact = executed(one, { archiveId: "A-stored" });
    let told: Promise<void> | undefined;
    await inTransaction(db, async (tx) => {
      // As a page does: the account first, then its lines.
      await sql`select from accounts where psu_id = ${one.psuId} for update`.execute(tx);
      let done = false;
      told = tell(fact).finally(() => (done = true));
      await eventually(async () => {
        const { rows } = await sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%accounts%for update%'`.execute(db);
        return done || rows.length > 0;
      });
      await sql`
        update transactions set entry_reference = 'A-stored' where psu_id = ${one.psuId} and entry_reference = 'A-before'`.execute(tx);
    });
    await told;
    expect(await announced(fact)).toHaveLength(1);
  });

  it("goes with the data of a withdrawn consent, and with the person", async () => {
    const { person: one } = await person({ entryReference: "A-gone" });
    const fact = executed(one, { archiveId: "A-gone" });
    await tell(fact);
    await inTransaction(db, (tx) => stopSyncing(ledger.context, tx, { ...one, aspspId: "op-fi", replacedBy: null, keepData: false }));
    const left = await db.selectFrom("paymentExecutions").select(["accountId", "transactionId"]).where("executionId", "=", fact.executionId).execute();
    expect(left).toEqual([{ accountId: null, transactionId: null }]);
    await inTransaction(db, (tx) => erasePsu(tx, { psuId: one.psuId, erasedAt: "2026-11-22T11:00:00Z" }));
    await tell(executed(one));
    expect(await db.selectFrom("paymentExecutions").select("executionId").where("psuId", "=", one.psuId).execute()).toEqual([]);
  });
});
