import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { type Transaction, sql } from "kysely";
import { cleanCounterparty } from "../domain/counterparty.ts";
import type { CounterpartyRule, Said } from "../domain/said.ts";
import type { Split } from "../domain/split.ts";
import { splitsOf } from "./split-store.ts";
import type { Tables } from "./tables.ts";

/** What these people said, in two questions however many they are. */
export async function saidBy(tx: Executor<Tables>, psuIds: Iterable<string>): Promise<ReadonlyMap<string, Said>> {
  const ids = [...new Set(psuIds)];
  if (ids.length === 0) return new Map();
  const { rows } = await sql<SaidRow>`
    select psu_id, transaction_id, category, note, null as counterparty_text, null as counterparty_name, null::timestamptz as created_at, null::uuid as counterparty_rule_id
    from annotations where psu_id = any(${ids}::uuid[])
    union all
    select psu_id, null, category, null, counterparty_text, counterparty_name, created_at, counterparty_rule_id from counterparty_rules where psu_id = any(${ids}::uuid[])
    order by created_at, counterparty_rule_id`.execute(tx);
  const byPerson = Map.groupBy(rows, (row) => row.psuId);
  const splits = await splitsOf(tx, ids);
  return new Map([...byPerson.keys(), ...splits.keys()].map((psuId) => [psuId, saidOf(byPerson.get(psuId) ?? [], splits.get(psuId) ?? new Map())]));
}

interface SaidRow {
  readonly psuId: string;
  /** Null for a rule. */
  readonly transactionId: string | null;
  readonly category: CategoryId | null;
  readonly note: string | null;
  /** The columns of a rule are all there or all null. */
  readonly counterpartyText: string | null;
  readonly counterpartyName: string | null;
  readonly createdAt: Temporal.Instant | null;
  readonly counterpartyRuleId: string | null;
}

function saidOf(rows: readonly SaidRow[], splits: ReadonlyMap<string, Split>): Said {
  const said = {
    categories: new Map<string, CategoryId>(),
    notes: new Map<string, string>(),
    splits,
    counterparties: new Map<string, CounterpartyRule>(),
  };
  for (const { transactionId, category, note, counterpartyText, counterpartyName, createdAt, counterpartyRuleId } of rows) {
    if (transactionId !== null && category !== null) said.categories.set(transactionId, category);
    if (transactionId !== null && note !== null) said.notes.set(transactionId, note);
    if (counterpartyText === null || counterpartyName === null || createdAt === null || counterpartyRuleId === null || category === null) continue;
    const { key } = cleanCounterparty(counterpartyText);
    if (key !== "") said.counterparties.set(key, { counterpartyRuleId, counterpartyName, category, createdAt });
  }
  return said;
}

/** Changes one thing a person said about an entry and leaves the other. Where nothing is left to say there is no row. */
export async function annotate(
  tx: Transaction<Tables>,
  about: { readonly psuId: string; readonly transactionId: string; readonly accountId: string },
  change: { readonly category: CategoryId | null } | { readonly note: string | null },
  changedAt: Temporal.Instant,
): Promise<void> {
  const { psuId, transactionId } = about;
  const known = await tx
    .selectFrom("annotations")
    .select(["category", "note"])
    .where("psuId", "=", psuId)
    .where("transactionId", "=", transactionId)
    .executeTakeFirst();
  const said = { category: null, note: null, ...known, ...change };
  if (said.category === null && said.note === null)
    await tx.deleteFrom("annotations").where("psuId", "=", psuId).where("transactionId", "=", transactionId).execute();
  else
    await tx
      .insertInto("annotations")
      .values({ ...about, ...said, changedAt })
      .onConflict((oc) => oc.columns(["psuId", "transactionId"]).doUpdateSet({ ...said, changedAt }))
      .execute();
}

export async function deleteAnnotationsOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("annotations").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}
