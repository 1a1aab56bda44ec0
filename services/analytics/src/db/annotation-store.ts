import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { Said } from "../domain/said.ts";
import type { Tables } from "./tables.ts";

/** What these people said, in one question however many they are. */
export async function saidBy(tx: Executor<Tables>, psuIds: Iterable<string>): Promise<ReadonlyMap<string, Said>> {
  const ids = [...new Set(psuIds)];
  if (ids.length === 0) return new Map();
  const rows = await tx.selectFrom("annotations").select(["psuId", "transactionId", "category", "note"]).where("psuId", "in", ids).execute();
  return new Map([...Map.groupBy(rows, (row) => row.psuId)].map(([psuId, own]) => [psuId, saidOf(own)]));
}

function saidOf(rows: readonly { readonly transactionId: string; readonly category: CategoryId | null; readonly note: string | null }[]): Said {
  return {
    categories: new Map(rows.flatMap(({ transactionId, category }) => (category === null ? [] : [[transactionId, category] as const]))),
    notes: new Map(rows.flatMap(({ transactionId, note }) => (note === null ? [] : [[transactionId, note] as const]))),
  };
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
