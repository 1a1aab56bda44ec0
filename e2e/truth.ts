import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import type { TestProduct } from "./product.ts";

/** Count and sum of the booked entries of one account, by IBAN or masked card number. */
export interface AccountTruth {
  readonly key: string;
  readonly count: number;
  /** In minor units. */
  readonly sum: string;
}

/** What the bank's own books say of a person. */
export async function bankTruth(product: TestProduct, bankPsu: string): Promise<AccountTruth[]> {
  const ledger = await product.bank<{ accounts: { iban?: string; cardNumber?: string; transactions: { count: number; sum: string } }[] }>("GET", `/books/ledger?psu=${bankPsu}`);
  return sorted(ledger.accounts.map((account) => ({ key: account.iban ?? account.cardNumber ?? "", count: account.transactions.count, sum: minorOf(account.transactions.sum) })));
}

/** What the ledger holds for a person. */
export function ledgerTruth(product: TestProduct, psuId: string): Promise<AccountTruth[]> {
  return asAdmin(product, async (db) => {
    const { rows } = await sql<{ key: string; count: bigint; sum: string }>`
      select coalesce(a.iban, a.masked_pan) as key, count(t.*) as count, coalesce(sum(t.amount_minor), 0)::text as sum
      from opl_ingest.accounts a left join opl_ingest.transactions t on t.psu_id = a.psu_id and t.account_id = a.account_id
      where a.psu_id = ${psuId}::uuid group by 1`.execute(db);
    return sorted(rows.map((row) => ({ key: row.key, count: Number(row.count), sum: row.sum })));
  });
}

/** What analytics counts for a person, by account id. */
export async function analyticsTruth(product: TestProduct, psuId: string): Promise<{ count: number; sum: string }[]> {
  const { accounts } = await product.operator<{ accounts: { psuId: string; count: number; sum: { amount: string } }[] }>("analytics", "GET", "/totals");
  return accounts
    .filter((account) => account.psuId === psuId)
    .map((account) => ({ count: account.count, sum: minorOf(account.sum.amount) }))
    .toSorted((a, b) => (`${a.count} ${a.sum}` < `${b.count} ${b.sum}` ? -1 : 1));
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

const sorted = (truths: readonly AccountTruth[]): AccountTruth[] => truths.toSorted((a, b) => (a.key < b.key ? -1 : 1));
