import { newId } from "@opl/service";
import { inTransaction } from "@opl/postgres";
import { insertExport, takeExport } from "../db/export-store.ts";
import type { ExportFormat } from "../db/export-store.ts";
import { exportRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { attempt } from "./attempt.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys">;

const fetchableMinutes = 10;

/** Leave to fetch everything once within ten minutes; the id alone opens nothing to anybody else (US-38). @throws ERR_TOO_MANY_ATTEMPTS */
export async function startExport(ctx: Context, psuId: string, format: ExportFormat): Promise<{ exportId: string; expiresAt: string }> {
  await attempt(ctx, exportRules(psuId));
  const asked = { exportId: newId(), psuId, format, expiresAt: ctx.clock.now().add({ minutes: fetchableMinutes }) };
  await inTransaction(ctx.db, (tx) => insertExport(tx, asked));
  return { exportId: asked.exportId, expiresAt: asked.expiresAt.toString() };
}

/** @throws ERR_EXPORT_NOT_FOUND for another's, a fetched and an expired one alike */
export async function fetchExport({ db, clock }: Context, psuId: string, exportId: string): Promise<ExportFormat> {
  const format = await inTransaction(db, (tx) => takeExport(tx, psuId, exportId, clock.now()));
  if (format === undefined) throw errors.ERR_EXPORT_NOT_FOUND();
  return format;
}
