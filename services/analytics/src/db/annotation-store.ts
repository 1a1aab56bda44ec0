import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { type Transaction, sql } from "kysely";
import { cleanCounterparty } from "../domain/counterparty.ts";
import type { CounterpartyRule, Said } from "../domain/said.ts";
import type { Split } from "../domain/split.ts";
import { splitsOf } from "./split-store.ts";
import { type Tables, columns } from "./tables.ts";
import { columnList, setFromExcluded, unnest } from "./unnest.ts";

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

/** What a person says about an entry: what is left out stays as it is. */
export interface Words {
  readonly category?: CategoryId | null | undefined;
  readonly note?: string | null | undefined;
}

/**
 * Changes what a person said about entries, each named once. Where nothing is left to say there is no row.
 * @returns what they had said of the same before, in the order given
 */
export async function annotate(
  tx: Transaction<Tables>,
  psuId: string,
  changes: readonly (Words & { readonly transactionId: string; readonly accountId: string })[],
  changedAt: Temporal.Instant,
): Promise<(Words & { readonly transactionId: string })[]> {
  const { rows } = await sql<{ transactionId: string; category: CategoryId | null; note: string | null }>`
    select transaction_id, category, note from annotations
    where psu_id = ${psuId} and transaction_id = any(${changes.map(({ transactionId }) => transactionId)}::uuid[])`.execute(tx);
  const known = new Map(rows.map((row) => [row.transactionId, row]));
  const said = changes.map(({ transactionId, accountId, ...words }) => {
    const before = known.get(transactionId) ?? { category: null, note: null };
    const after = { category: words.category === undefined ? before.category : words.category, note: words.note === undefined ? before.note : words.note };
    return { psuId, transactionId, accountId, ...after, changedAt };
  });
  const [kept, empty] = [said.filter(saysSomething), said.filter((each) => !saysSomething(each))];
  if (kept.length > 0)
    await sql`
      insert into annotations (${columnList(columns.annotations)}) select * from ${unnest(kept, columns.annotations)}
      on conflict (psu_id, transaction_id) do update set ${setFromExcluded(columns.annotations, "psuId", "transactionId")}`.execute(tx);
  if (empty.length > 0)
    await sql`
      delete from annotations where psu_id = ${psuId} and transaction_id = any(${empty.map(({ transactionId }) => transactionId)}::uuid[])`.execute(tx);
  return changes.map(({ transactionId, category, note }) => ({
    transactionId,
    ...(category === undefined ? {} : { category: known.get(transactionId)?.category ?? null }),
    ...(note === undefined ? {} : { note: known.get(transactionId)?.note ?? null }),
  }));
}

function saysSomething({ category, note }: Words): boolean {
  return (category ?? null) !== null || (note ?? null) !== null;
}

export async function deleteAnnotationsOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("annotations").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}
