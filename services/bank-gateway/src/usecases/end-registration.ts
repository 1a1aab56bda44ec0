import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { findRegistration, retireForGood, servingAsClient } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { restoreClient } from "./restore-client.ts";
import { runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "banks" | "outside" | "vault">;

/**
 * Leaves the bank: ours ends first, so that no new consent begins while the bank cannot be told. Consents that stand go on as far as the
 * bank lets them. @throws ERR_BANK_REGISTRATION_NOT_FOUND
 */
export async function endRegistration(ctx: Context, input: StepInput) {
  const known = await findRegistration(ctx.db, input.registrationId);
  if (known?.aspspId !== input.aspspId) throw errors.ERR_BANK_REGISTRATION_NOT_FOUND();
  const endedAt = await inTransaction(ctx.db, (tx) => retireForGood(tx, input.registrationId, ctx.clock.now()));
  return runRegistrationStep(ctx, input, steps.end, async () => ({ outcome: { aspspTold: await tellBank(ctx, input), endedAt: endedAt.toString() } }));
}

/** A client that another registration serves as is not taken from it; what one that never served has changed of it is put back. */
async function tellBank(ctx: Context, { registrationId, aspspId }: StepInput): Promise<boolean> {
  // Read anew: a submission may have been under way until now.
  const known = await findRegistration(ctx.db, registrationId);
  if (known === undefined || known.clientId === null) return false;
  const serving = await servingAsClient(ctx.db, registrationId, aspspId, known.clientId);
  try {
    if (serving !== undefined) return known.activatedAt === null && (await restoreClient(ctx, { registrationId: serving, aspspId }));
    return await schemeOf(ctx, aspspId).end(await atBankAsClient(ctx, registrationId, aspspId));
  } catch (error) {
    if (isOplError(error) && noWayLeft.has(error.code)) return false;
    throw error;
  }
}

/** Our certificate has run out, the bank is not configured any more, or it never gave us anything to come with. */
const noWayLeft = new Set(["ERR_ASPSP_NOT_REGISTERED", "ERR_ASPSP_UNKNOWN", "ERR_ASPSP_CAPABILITY_MISSING", "ERR_REGISTRATION_STEP_ORDER"]);
