import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import type { TestProduct } from "./product.ts";

/** Count and sum of the entries of one account or card. The two sides name accounts differently, so that figures alone are compared. */
export interface AccountTruth {
  readonly count: number;
  /** In minor units. */
  readonly sum: string;
}

interface BankLedger {
  readonly people: readonly { readonly accounts: readonly BankAccount[]; readonly cards: readonly BankAccount[] }[];
}
interface BankAccount {
  readonly accountId: string;
  readonly count: number;
  readonly sum: string;
}

/** What the bank's own books say of a person, smallest account first. */
export async function bankTruth(product: TestProduct, bankPsu: string): Promise<AccountTruth[]> {
  const { people } = await product.bank<BankLedger>("GET", `/books/ledger?psu=${bankPsu}`);
  return sorted(people.flatMap(({ accounts, cards }) => [...accounts, ...cards]).map(({ count, sum }) => ({ count, sum: minorOf(sum) })));
}

/** The first account of a person, as the bank calls it where something is booked on it. */
export async function firstAccountOf(product: TestProduct, bankPsu: string): Promise<string> {
  const { people } = await product.bank<BankLedger>("GET", `/books/ledger?psu=${bankPsu}`);
  const [account] = people.flatMap(({ accounts }) => accounts);
  if (account === undefined) throw new Error(`${bankPsu} has no account`);
  return account.accountId;
}

/** What the ledger holds for a person. */
export function ledgerTruth(product: TestProduct, psuId: string): Promise<AccountTruth[]> {
  return asAdmin(product, async (db) => {
    const { rows } = await sql<{ count: bigint; sum: string }>`
      select count(t.*) as count, coalesce(sum(t.amount_minor), 0)::text as sum
      from opl_ingest.accounts a left join opl_ingest.transactions t on t.psu_id = a.psu_id and t.account_id = a.account_id
      where a.psu_id = ${psuId}::uuid group by a.account_id`.execute(db);
    return sorted(rows.map((row) => ({ count: Number(row.count), sum: row.sum })));
  });
}

/** What analytics counts for a person; accounts without an entry may be absent there. */
export async function analyticsTruth(product: TestProduct, psuId: string): Promise<AccountTruth[]> {
  const { accounts } = await product.operator<{ accounts: { psuId: string; count: number; sum: { amount: string } }[] }>("analytics", "GET", "/totals");
  return sorted(accounts.filter((account) => account.psuId === psuId).map((account) => ({ count: account.count, sum: minorOf(account.sum.amount) })));
}

type AdminDb = ReturnType<typeof openDatabase<Record<string, never>>>["db"];

export async function asAdmin<T>(product: TestProduct, ask: (db: AdminDb) => Promise<T>): Promise<T> {
  await using database = openDatabase<Record<string, never>>({ url: product.adminDatabaseUrl, schema: "public", applicationName: "e2e", poolSize: 2 });
  return await ask(database.db);
}

/** Decimal text with two decimals to minor units, exactly. */
export function minorOf(decimal: string): string {
  return BigInt(decimal.replace(".", "")).toString();
}

const sorted = (truths: readonly AccountTruth[]): AccountTruth[] =>
  truths.filter(({ count }) => count > 0).toSorted((a, b) => a.count - b.count || (a.sum < b.sum ? -1 : 1));
