import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

/** G-19: what the bank hears of the person's presence is the truth. */
let product: TestProduct;

beforeAll(async () => {
  product = await startTestProduct();
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Call {
  readonly seq: number;
  readonly endpoint: string;
  readonly psuHeaders?: { readonly "x-fapi-customer-ip-address"?: string };
}
const bankPsu = "load-801-200";
/** Accounts, balances and transactions; what belongs to the permission itself is not asked on behalf of anybody. */
const isRead = ({ endpoint }: Call): boolean => /^A[4-8]$/.test(endpoint);
/** What was read of this person's money since, and for which address. */
const readsSince = async (seq: number): Promise<{ lastSeq: number; addresses: (string | undefined)[] }> => {
  const { calls, lastSeq } = await product.bank<{ calls: Call[]; lastSeq: number }>("GET", `/books/calls?since=${seq}&psu=${bankPsu}`);
  return { lastSeq, addresses: calls.filter(isRead).map((call) => call.psuHeaders?.["x-fapi-customer-ip-address"]) };
};

const statusOf = (consentId: string, reason: string) =>
  asAdmin(product, async (db) => {
    const { rows } = await sql<{ status: string }>`select status from opl_ingest.syncs where consent_id = ${consentId}::uuid and reason = ${reason}`.execute(
      db,
    );
    return rows.map(({ status }) => status);
  });

it("is told on every call of the first sync, and on none of a scheduled one (G-19)", async () => {
  const person = await new Person(product.origin).signUp();
  const { consentId } = await person.connect("op", bankPsu);
  await person.untilRead(consentId);
  expect(await statusOf(consentId, "first")).toEqual(["completed"]);
  const first = await readsSince(0);
  expect(first.addresses.length).toBeGreaterThanOrEqual(2);
  expect(new Set(first.addresses)).toEqual(new Set(["127.0.0.1"]));

  await asAdmin(product, async (db) => {
    await sql`update opl_ingest.consents set next_sync_at = now() - interval '1 hour' where consent_id = ${consentId}::uuid`.execute(db);
    await sql`insert into opl_ingest.job (name) values ('scheduled-syncs')`.execute(db);
  });
  await expect.poll(() => statusOf(consentId, "scheduled"), { timeout: 90_000, interval: 250 }).toEqual(["completed"]);
  const scheduled = await readsSince(first.lastSeq);
  expect(scheduled.addresses.length).toBeGreaterThanOrEqual(2);
  expect(new Set(scheduled.addresses)).toEqual(new Set([undefined]));
});
