import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { TppKey } from "../banks/keys.ts";
import { insertKeyExport } from "../db/key-export-store.ts";
import { keyExportMinutes } from "../domain/key-export.ts";
import type { KeyExport } from "../domain/key-export.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { recordKeyExport } from "./record-key-export.ts";

interface Asked {
  readonly registrationId: string;
  readonly kid: string;
  readonly reason: string;
  readonly operator: string;
}

/** An operator asks for a private key. @throws ERR_KEY_NOT_FOUND, and the attempt is in the audit */
export async function requestKeyExport(
  ctx: Pick<GatewayContext, "db" | "banks" | "clock" | "newId">,
  { registrationId, kid, reason, operator }: Asked,
): Promise<KeyExport> {
  const exportId = ctx.newId();
  // As exact as the database keeps it, so that the end is the same for everybody.
  const requestedAt = Temporal.Instant.fromEpochMilliseconds(ctx.clock.now().epochMilliseconds);
  const entry = { at: requestedAt, exportId, registrationId, kid, operator };
  if ((await findKey(ctx, registrationId, kid)) === undefined) {
    await inTransaction(ctx.db, (tx) => recordKeyExport(tx, { ...entry, step: "attempt-refused", detail: "request: no such key" }));
    throw errors.ERR_KEY_NOT_FOUND();
  }
  const endsAt = requestedAt.add({ minutes: keyExportMinutes });
  const asked: KeyExport = { exportId, registrationId, kid, reason, status: "requested", requestedBy: operator, approvedBy: null, requestedAt, endsAt };
  await inTransaction(ctx.db, async (tx) => {
    await insertKeyExport(tx, asked);
    await recordKeyExport(tx, { ...entry, step: "requested", detail: reason });
  });
  return asked;
}

/** One key of a registration; nothing where either does not exist. */
export async function findKey({ banks }: Pick<GatewayContext, "banks">, registrationId: string, kid: string): Promise<TppKey | undefined> {
  try {
    return (await banks.keysOf(registrationId)).find((key) => key.kid === kid);
  } catch (error) {
    if (isOplError(error) && ["ERR_ASPSP_NOT_REGISTERED", "ERR_REGISTRATION_STEP_ORDER"].includes(error.code)) return undefined;
    throw error;
  }
}
