import type { Executor } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import type { Balance } from "../domain/balance.ts";
import type { BalancesTable, IngestDatabase } from "./tables.ts";
import type { RecordedBy } from "./transaction-store.ts";

export type BalanceRow = Selectable<BalancesTable>;
/** So many statements are listed; older ones stay in the ledger. */
const longestHistory = 2000;

/** Adds what the bank said; returns only what we had not yet. */
export async function addBalances(tx: Transaction<IngestDatabase>, by: RecordedBy, balances: readonly Balance[]): Promise<readonly Balance[]> {
  if (balances.length === 0) return [];
  const added = await tx
    .insertInto("balances")
    .values(
      balances.map(({ balanceId, type, amount, asOf, raw }) => ({
        psuId: by.psuId,
        balanceId,
        accountId: by.accountId,
        syncId: by.syncId,
        type,
        amountMinor: amount.minor,
        currency: amount.currency,
        asOf,
        recordedAt: by.recordedAt,
        rawHash: raw.hash,
        rawPointer: raw.pointer,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning("balanceId")
    .execute();
  const ids = new Set(added.map((row) => row.balanceId));
  return balances.filter(({ balanceId }) => ids.has(balanceId));
}

/** Newest first. */
export async function listBalances(db: Executor<IngestDatabase>, psuId: string, accountId: string): Promise<readonly BalanceRow[]> {
  return db
    .selectFrom("balances")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("accountId", "=", accountId)
    .orderBy("asOf", "desc")
    .orderBy("recordedAt", "desc")
    .orderBy("type")
    .limit(longestHistory)
    .execute();
}

/** All people's balances in id order. */
export async function balancesAfter(db: Executor<IngestDatabase>, after: string | undefined, limit: number): Promise<readonly BalanceRow[]> {
  let query = db.selectFrom("balances").selectAll().orderBy("balanceId").limit(limit);
  if (after !== undefined) query = query.where("balanceId", ">", after);
  return query.execute();
}
