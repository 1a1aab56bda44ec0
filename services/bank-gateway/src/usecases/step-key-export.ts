import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { lockKeyExport, setKeyExportStatus } from "../db/key-export-store.ts";
import type { Tables } from "../db/tables.ts";
import { hasRunOut, judgeKeyExport } from "../domain/key-export.ts";
import type { KeyExport, KeyExportAction, KeyExportRefusal } from "../domain/key-export.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { recordKeyExport } from "./record-key-export.ts";

export interface KeyExportStep {
  readonly exportId: string;
  readonly action: KeyExportAction;
  readonly operator: string;
}

const refusals = {
  unknown: errors.ERR_KEY_EXPORT_NOT_FOUND,
  expired: errors.ERR_KEY_EXPORT_EXPIRED,
  state: errors.ERR_KEY_EXPORT_STATE,
  operator: errors.ERR_KEY_EXPORT_OPERATOR,
} as const satisfies Record<KeyExportRefusal | "unknown", unknown>;

/**
 * One step of an operator on an export. Whichever way it goes it is in the audit: a refused one is committed there before it is thrown.
 * @throws ERR_KEY_EXPORT_NOT_FOUND, _EXPIRED, _STATE, _OPERATOR
 */
export async function stepKeyExport(ctx: Pick<GatewayContext, "db" | "clock">, { exportId, action, operator }: KeyExportStep): Promise<KeyExport> {
  const outcome = await inTransaction(ctx.db, async (tx) => {
    const at = ctx.clock.now();
    const refuse = async (refusal: keyof typeof refusals, about?: KeyExport) => {
      const { registrationId = null, kid = null } = about ?? {};
      await recordKeyExport(tx, { at, exportId, registrationId, kid, step: "attempt-refused", operator, detail: `${action}: ${refusal}` });
      return refusals[refusal]();
    };
    const found = await lockKeyExport(tx, exportId);
    if (found === undefined) return refuse("unknown");
    await endIfRunOut(tx, ctx, found);
    const judged = judgeKeyExport(found, { action, operator }, at);
    if ("refusal" in judged) return refuse(judged.refusal, found);
    const changed: KeyExport = { ...found, status: judged.becomes, approvedBy: action === "approve" ? operator : found.approvedBy };
    await setKeyExportStatus(tx, exportId, changed.status, changed.approvedBy);
    await recordKeyExport(tx, { at, exportId, registrationId: found.registrationId, kid: found.kid, step: judged.becomes, operator, detail: "" });
    return changed;
  });
  if (isOplError(outcome)) throw outcome;
  return outcome;
}

/** Writes down that time ended an export, once. */
export async function endIfRunOut(tx: Transaction<Tables>, { clock }: Pick<GatewayContext, "clock">, found: KeyExport): Promise<void> {
  const now = clock.now();
  if (!hasRunOut(found, now)) return;
  const { exportId, registrationId, kid, approvedBy } = found;
  await setKeyExportStatus(tx, exportId, "expired", approvedBy);
  await recordKeyExport(tx, { at: now, exportId, registrationId, kid, step: "expired", operator: null, detail: "" });
}
