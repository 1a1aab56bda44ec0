import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { appendKeyAudit } from "../db/key-export-store.ts";
import type { Tables } from "../db/tables.ts";
import type { KeyAuditEntry } from "../vault/key-audit-chain.ts";

/** Writes a step into the audit and tells it with the place and hash of the row, so that the chain is held from outside the database too. */
export async function recordKeyExport(tx: Transaction<Tables>, entry: KeyAuditEntry): Promise<void> {
  const { position, hash, exportId, registrationId, kid, step, operator } = await appendKeyAudit(tx, entry);
  await publish(tx, {
    type: "bank-gateway.key-export-recorded",
    subject: exportId,
    psuId: null,
    data: { exportId, registrationId, kid, step, operator, auditPosition: Number(position), auditHash: hash.toString("hex") },
  });
}
