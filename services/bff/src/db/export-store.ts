import type { Transaction } from "kysely";
import type { Tables } from "./tables.ts";

export type ExportFormat = "json" | "csv";

export async function insertExport(
  tx: Transaction<Tables>,
  asked: { readonly exportId: string; readonly psuId: string; readonly format: ExportFormat; readonly expiresAt: Temporal.Instant },
): Promise<void> {
  await tx.insertInto("exports").values(asked).execute();
}

/** Takes what this person asked for, once and in time. */
export async function takeExport(tx: Transaction<Tables>, psuId: string, exportId: string, now: Temporal.Instant): Promise<ExportFormat | undefined> {
  const taken = await tx
    .deleteFrom("exports")
    .where("exportId", "=", exportId)
    .where("psuId", "=", psuId)
    .where("expiresAt", ">", now)
    .returning("format")
    .executeTakeFirst();
  return taken?.format;
}

export async function deleteExpiredExports(tx: Transaction<Tables>, now: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("exports").where("expiresAt", "<=", now).execute();
}
