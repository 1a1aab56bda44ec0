import { isOplError } from "@opl/errors";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { RegistryContext } from "../context.ts";
import { listLiving, lockRegistration, markEnded } from "../db/registration-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";

type Ctx = Pick<RegistryContext, "db" | "clock" | "bankGateway">;

/**
 * Leaves a bank: those that served before first, the one in use last, so that a half-way stop is seen and gone on with. With `stuck`
 * only the one that is running ends, whatever is in use stays. @returns those that ended with us alone, as the gateway has no way to the
 * bank any more
 */
export async function endRegistrations(ctx: Ctx, aspspId: string, { stuck }: { readonly stuck: boolean }): Promise<readonly string[]> {
  const untold: string[] = [];
  for (const { registrationId, status } of await listLiving(ctx.db, aspspId)) {
    if (stuck && status !== "running") continue;
    if (!(await endAtGateway(ctx, registrationId, aspspId))) untold.push(registrationId);
    await inTransaction(ctx.db, (tx) => recordEnd(ctx, tx, registrationId, "left"));
  }
  return untold;
}

/** One that never got as far as the gateway is not there to be ended. @returns false when the bank is none of the gateway's any more */
export async function endAtGateway({ bankGateway }: Pick<Ctx, "bankGateway">, registrationId: string, aspspId: string): Promise<boolean> {
  try {
    await bankGateway.endRegistration({ params: { registrationId }, body: { aspspId } });
  } catch (error) {
    if (isOplError(error) && error.code === "ERR_ASPSP_UNKNOWN") return false;
    if (!isOplError(error) || error.code !== "ERR_BANK_REGISTRATION_NOT_FOUND") throw error;
  }
  return true;
}

/** Marks a registration as ended and says so, once. */
export async function recordEnd(
  { clock }: Pick<RegistryContext, "clock">,
  tx: Transaction<TppRegistryTables>,
  registrationId: string,
  reason: "left" | "forgotten",
): Promise<void> {
  const locked = await lockRegistration(tx, registrationId);
  if (locked === undefined || !["running", "completed"].includes(locked.registration.status)) return;
  const now = clock.now();
  await markEnded(tx, registrationId, reason, now);
  await publish(tx, {
    type: "tpp-registry.registration-ended",
    subject: registrationId,
    psuId: null,
    time: now,
    data: { registrationId, aspspId: locked.registration.aspspId, reason },
  });
}
