import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { Split } from "../domain/split.ts";
import type { Tables } from "./tables.ts";

/** How these people split their entries, by person and entry; of all entries, or of those named. */
export async function splitsOf(
  db: Executor<Tables>,
  psuIds: readonly string[],
  transactionIds?: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Split>>> {
  if (psuIds.length === 0 || transactionIds?.length === 0) return new Map();
  const rows = await db
    .selectFrom("splitParts")
    .select(["psuId", "transactionId", "wholeMinor", "currency", "category", "amountMinor", "note"])
    .where("psuId", "in", psuIds)
    .$if(transactionIds !== undefined, (query) => query.where("transactionId", "in", transactionIds ?? []))
    .orderBy("position")
    .execute();
  return new Map(
    [...Map.groupBy(rows, ({ psuId }) => psuId)].map(([psuId, own]) => [
      psuId,
      new Map(
        [...Map.groupBy(own, ({ transactionId }) => transactionId)].map(([transactionId, parts]) => {
          const { wholeMinor = 0n, currency = "" } = parts[0] ?? {};
          return [transactionId, { wholeMinor, currency, parts: parts.map(({ category, amountMinor, note }) => ({ category, amountMinor, note })) }];
        }),
      ),
    ]),
  );
}

/** Keeps how a person split an entry in the place of how they did before; undefined keeps nothing. */
export async function putSplit(
  tx: Transaction<Tables>,
  about: { readonly psuId: string; readonly transactionId: string; readonly accountId: string },
  split: Split | undefined,
  changedAt: Temporal.Instant,
): Promise<void> {
  const { psuId, transactionId } = about;
  await tx.deleteFrom("splitParts").where("psuId", "=", psuId).where("transactionId", "=", transactionId).execute();
  if (split === undefined) return;
  await tx.updateTable("people").set({ hasSplit: true }).where("psuId", "=", psuId).where("hasSplit", "=", false).execute();
  const { parts, ...whole } = split;
  await tx
    .insertInto("splitParts")
    .values(parts.map((part, index) => ({ ...about, ...whole, ...part, position: index + 1, changedAt })))
    .execute();
}

/** Whether a person ever split an entry, also when they took it back; a split that a process of before the mark wrote counts while it is there. */
export async function hasSplit(db: Executor<Tables>, psuId: string): Promise<boolean> {
  const row = await db
    .selectFrom("people")
    .select("hasSplit")
    .where("psuId", "=", psuId)
    .where((eb) => eb.or([eb("hasSplit", "=", true), eb.exists(eb.selectFrom("splitParts").select("position").where("psuId", "=", psuId))]))
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteSplitsOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("splitParts").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}
