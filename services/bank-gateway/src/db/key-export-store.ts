import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { KeyExport, KeyExportStatus } from "../domain/key-export.ts";
import { chainKeyAudit } from "../vault/key-audit-chain.ts";
import type { KeyAuditEntry, KeyAuditRow } from "../vault/key-audit-chain.ts";
import type { Tables } from "./tables.ts";

export async function insertKeyExport(tx: Executor<Tables>, asked: KeyExport): Promise<void> {
  await tx.insertInto("keyExports").values(asked).execute();
}

export async function getKeyExport(db: Executor<Tables>, exportId: string): Promise<KeyExport | undefined> {
  return db.selectFrom("keyExports").selectAll().where("exportId", "=", exportId).executeTakeFirst();
}

/** The same, held until the transaction ends. */
export async function lockKeyExport(tx: Transaction<Tables>, exportId: string): Promise<KeyExport | undefined> {
  return tx.selectFrom("keyExports").selectAll().where("exportId", "=", exportId).forUpdate().executeTakeFirst();
}

export async function setKeyExportStatus(tx: Transaction<Tables>, exportId: string, status: KeyExportStatus, approvedBy: string | null): Promise<void> {
  await tx.updateTable("keyExports").set({ status, approvedBy }).where("exportId", "=", exportId).execute();
}

export async function listRunOutKeyExports(db: Executor<Tables>, now: Temporal.Instant, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("keyExports")
    .select("exportId")
    .where("status", "in", ["requested", "approved"])
    .where("endsAt", "<=", now)
    .orderBy("endsAt")
    .limit(limit)
    .execute();
  return rows.map(({ exportId }) => exportId);
}

/** Adds a row behind the last one; one writer at a time, so that the chain has no fork. */
export async function appendKeyAudit(tx: Transaction<Tables>, entry: KeyAuditEntry): Promise<KeyAuditRow> {
  await sql`select pg_advisory_xact_lock(hashtextextended('key audit ' || current_schema(), 0))`.execute(tx);
  const last = await tx.selectFrom("keyAudit").select(["position", "hash"]).orderBy("position", "desc").limit(1).executeTakeFirst();
  const row = chainKeyAudit(entry, last);
  await tx.insertInto("keyAudit").values(row).execute();
  return row;
}

export async function keyAuditAfter(db: Executor<Tables>, position: bigint, limit: number): Promise<readonly KeyAuditRow[]> {
  return db.selectFrom("keyAudit").selectAll().where("position", ">", position).orderBy("position").limit(limit).execute();
}
