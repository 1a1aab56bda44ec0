import { publish } from "@opl/messaging";
import { counter } from "@opl/telemetry";
import type { Transaction } from "kysely";
import { appendKeyAudit } from "../db/key-export-store.ts";
import type { Tables } from "../db/tables.ts";
import type { KeyAuditEntry } from "../vault/key-audit-chain.ts";

const steps = counter("opl_key_export_steps_total", "Steps towards a private key leaving, and attempts that were refused");

/** Writes a step into the audit, counts it, and tells it with the place and hash of the row, so that the chain is held from outside the database too. */
export async function recordKeyExport(tx: Transaction<Tables>, entry: KeyAuditEntry): Promise<void> {
  const { position, hash, exportId, registrationId, kid, step, operator } = await appendKeyAudit(tx, entry);
  // Before the commit: rather one too many than one that nobody is told of.
  steps.add(1, { step });
  await publish(tx, {
    type: "bank-gateway.key-export-recorded",
    subject: exportId,
    psuId: null,
    data: { exportId, registrationId, kid, step, operator, auditPosition: Number(position), auditHash: hash.toString("hex") },
  });
}
