import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { Person, visitBank } from "../../e2e/person.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure } from "./report.ts";

const people = 4;
const transactionsEach = 5_000;
const batch = 500;
/** Counting costs analytics a little, so it is asked rarely: the figure may be too low by so much time, not too high. */
const askEveryMs = 100;

interface Totals {
  readonly accounts: readonly { readonly psuId: string; readonly count: number }[];
}

/** From the moment the people come back from the bank to the last row in analytics, against a raw upsert of that row. */
export async function throughput(product: Product): Promise<Figure[]> {
  const ready = await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      const person = await new Person(product.origin).signUp();
      const { psuId } = await person.get("getMe", "/api/me");
      const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
      return { person, psuId, returned: await visitBank(redirectUrl, `load-${700 + index}-${transactionsEach}`, "approve") };
    }),
  );
  const psuIds = new Set(ready.map(({ psuId }) => psuId));
  const counted = async (): Promise<number> => {
    const answer = await fetch(`${product.urlOf("analytics")}/totals`, { headers: { authorization: `Bearer ${await product.operatorToken("analytics")}` } });
    const totals: Totals = JSON.parse(await answer.text());
    return totals.accounts.filter(({ psuId }) => psuIds.has(psuId)).reduce((sum, { count }) => sum + count, 0);
  };
  const started = performance.now();
  await Promise.all(ready.map(({ person, returned }) => person.comeBack(returned)));
  while ((await counted()) < people * transactionsEach) await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  const perSecond = (people * transactionsEach) / ((performance.now() - started) / 1000);
  return [figure("bank page to analytics row", perSecond, "tx/s", "higher", 5_000, await rawUpserts(product.adminDatabaseUrl))];
}

/** The rows of analytics, into a table like theirs, sent from here in batches, each its own transaction. */
async function rawUpserts(adminUrl: string): Promise<number> {
  await using database = openDatabase<Record<string, never>>({
    url: adminUrl,
    schema: "public",
    applicationName: "bench",
    poolSize: 1,
    statementTimeoutMs: 120_000,
  });
  const { db } = database;
  await sql`create schema if not exists bench`.execute(db);
  await sql`drop table if exists bench.raw`.execute(db);
  await sql`create table bench.raw (like opl_analytics.transactions including all)`.execute(db);
  const { rows } = await sql<{ row: unknown }>`select to_jsonb(t) as row from opl_analytics.transactions t limit ${people * transactionsEach}`.execute(db);
  const batches = Array.from({ length: Math.ceil(rows.length / batch) }, (_, index) =>
    JSON.stringify(rows.slice(index * batch, (index + 1) * batch).map(({ row }) => row)),
  );
  const started = performance.now();
  for (const json of batches)
    await sql`
      insert into bench.raw select * from jsonb_populate_recordset(null::bench.raw, ${json}::jsonb)
      on conflict (psu_id, transaction_id) do update set version = excluded.version`.execute(db);
  const perSecond = rows.length / ((performance.now() - started) / 1000);
  await sql`drop schema bench cascade`.execute(db);
  return perSecond;
}
