import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { holding, readTables } from "./tables.ts";
import { asAdmin } from "./truth.ts";

/** US-35, US-37: what a person takes back is gone from every service, and the bank has heard of it. */
let product: TestProduct;

beforeAll(async () => {
  product = await startTestProduct();
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Connected {
  readonly person: Person;
  readonly psuId: string;
  readonly consentId: string;
}
const connected = async (bankPsu: string): Promise<Connected> => {
  const person = await new Person(product.origin).signUp();
  const { psuId } = await person.get("getMe", "/api/me");
  const { consentId } = await person.connect("op", bankPsu);
  const { connection } = await person.untilRead(consentId);
  expect(connection.sync).toMatchObject({ status: "completed", transactionsNew: 200 });
  // Analytics has heard of everything, so that nothing is under way when the person leaves.
  await expect.poll(() => countOf("opl_analytics.transactions", psuId)).toBe(200);
  return { person, psuId, consentId };
};

const countOf = (table: string, psuId: string): Promise<number> =>
  asAdmin(product, async (db) => {
    const { rows } = await sql<{ count: string }>`select count(*)::text as count from ${sql.table(table)} where psu_id = ${psuId}::uuid`.execute(db);
    return Number(rows[0]?.count);
  });

const ibansAtBank = async (bankPsu: string): Promise<string[]> => {
  const { people } = await product.bank<{ people: { accounts: { iban: string }[] }[] }>("GET", `/books/ledger?psu=${bankPsu}`);
  return people.flatMap(({ accounts }) => accounts.map(({ iban }) => iban));
};

/** The permissions of a person as the bank has them, and how often it was asked to end one. */
const atBank = async (bankPsu: string): Promise<{ statuses: string[]; ended: number }> => {
  const { authorizations } = await product.bank<{ authorizations: { status: string; authorizationId: string }[] }>("GET", `/authorizations?psu=${bankPsu}`);
  const ids = new Set(authorizations.map(({ authorizationId }) => authorizationId));
  const { calls } = await product.bank<{ calls: { authorizationId?: string; status: number }[] }>("GET", "/books/calls?endpoint=A3");
  return {
    statuses: authorizations.map(({ status }) => status),
    ended: calls.filter((call) => ids.has(call.authorizationId ?? "") && call.status === 200).length,
  };
};

describe("US-35 a person who withdraws and wants the data erased", () => {
  it("leaves no account, no transaction and no answer of the bank behind", async () => {
    const { person, psuId, consentId } = await connected("load-601-200");
    const ids = (table: string, column: string): Promise<string[]> =>
      asAdmin(product, async (db) => {
        const { rows } = await sql<{ id: string }>`select ${sql.ref(column)}::text as id from ${sql.table(table)} where psu_id = ${psuId}::uuid`.execute(db);
        return rows.map(({ id }) => id);
      });
    // The person has this one consent: every message is of it.
    const rawMessages = () => countOf("opl_bank_gateway.raw_messages", psuId);
    const content = {
      IBAN: await ibansAtBank("load-601-200"),
      transaction: await ids("opl_ingest.transactions", "transaction_id"),
      "hash of an answer": [...new Set(await ids("opl_ingest.transactions", "raw_hash"))],
    };
    const tables = ["accounts", "transactions", "balances"].flatMap((name) => [`opl_ingest.${name}`, `opl_analytics.${name}`]);
    const before = { rows: await Promise.all(tables.map((table) => countOf(table, psuId))), raw: await rawMessages() };
    expect(Math.min(...before.rows)).toBeGreaterThan(0);
    expect(before.raw).toBeGreaterThan(1);
    expect(content.transaction).toHaveLength(200);
    const kept = async () => holding([...(await readTables(product, "opl\\_ingest")), ...(await readTables(product, "opl\\_analytics"))], content);
    expect(await kept()).toEqual(expect.arrayContaining(["opl_ingest.accounts: IBAN", "opl_ingest.transactions: transaction"]));

    await person.post("withdrawConnection", `/api/connections/${consentId}/withdrawal`, { keepData: false });

    await expect
      .poll(() => Promise.all([...tables, "opl_analytics.cash_flow_months", "opl_analytics.recurring_series"].map((table) => countOf(table, psuId))), {
        interval: 250,
      })
      .toEqual(Array.from({ length: tables.length + 2 }, () => 0));
    // Nor anywhere else in the two services: facts that tell of them, revisions, pages being read.
    await expect.poll(kept, { interval: 250 }).toEqual([]);
    await expect.poll(rawMessages).toBe(0);
    await expect.poll(() => atBank("load-601-200")).toEqual({ statuses: ["Revoked"], ended: 1 });
    // The person is still one, with nothing to see.
    expect((await person.get("listTransactionRows", "/api/transactions?limit=1")).transactions).toEqual([]);
  });
});

/**
 * That somebody was erased must be remembered, so that a fact which comes late, or a replay, does not bring the person back. These hold
 * the id and times, nothing else; `outbox` and `outbox_versions` of bff hold the fact that tells the others of the erasure.
 */
const tombstones = new Set([
  "opl_bff.erasures",
  "opl_bff.outbox",
  "opl_bff.outbox_versions",
  "opl_bank_gateway.erased_psus",
  "opl_consent.erased_psus",
  "opl_ingest.erased_psus",
  "opl_analytics.people",
]);

describe("US-37 a person who is forgotten", () => {
  it("is in no table of any service but as a tombstone, and the bank has ended the permission", async () => {
    const { person, psuId } = await connected("load-602-200");
    const wanted = { id: [psuId], "e-mail": [person.email], IBAN: await ibansAtBank("load-602-200") };
    const found = async () => holding(await readTables(product), wanted);
    expect(await found()).toEqual(expect.arrayContaining(["opl_bff.people: e-mail", "opl_ingest.accounts: IBAN", "opl_consent.consents: id"]));

    expect((await person.ask("DELETE", "/api/me")).status).toBe(204);
    expect((await person.ask("GET", "/api/me")).status).toBe(401);
    await expect.poll(() => atBank("load-602-200")).toEqual({ statuses: ["Revoked"], ended: 1 });

    // Facts about the person's consents stay for ten minutes for those who are late to hear them: let those minutes be over.
    await expect.poll(() => countOf("opl_consent.erased_psus", psuId)).toBe(1);
    await asAdmin(product, (db) =>
      sql`update opl_consent.erased_psus set erased_at = erased_at - interval '11 minutes' where psu_id = ${psuId}::uuid`.execute(db),
    );
    const beyond = async () => (await found()).filter((place) => !(place.endsWith(": id") && tombstones.has(place.slice(0, -": id".length))));
    await expect.poll(beyond, { timeout: 120_000, interval: 1_000 }).toEqual([]);
  });
});
