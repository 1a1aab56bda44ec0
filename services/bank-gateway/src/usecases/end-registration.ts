import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { clientServesElsewhere, findRegistration, retireForGood } from "../db/registration-store.ts";
import type { KnownRegistration } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "banks" | "outside">;

/**
 * Leaves the bank: ours ends first, so that no new consent begins while the bank cannot be told. Consents that stand go on as far as the
 * bank lets them. @throws ERR_REGISTRATION_NOT_FOUND
 */
export async function endRegistration(ctx: Context, input: StepInput) {
  const known = await findRegistration(ctx.db, input.registrationId);
  if (known?.aspspId !== input.aspspId) throw errors.ERR_REGISTRATION_NOT_FOUND();
  const endedAt = await inTransaction(ctx.db, (tx) => retireForGood(tx, input.registrationId, ctx.clock.now()));
  return runRegistrationStep(ctx, input, steps.end, async () => ({ outcome: { aspspTold: await tellBank(ctx, input, known), endedAt: endedAt.toString() } }));
}

/** A client that another registration goes on with is not taken from it. */
async function tellBank(ctx: Context, { registrationId, aspspId }: StepInput, { clientId }: KnownRegistration): Promise<boolean> {
  if (clientId === null || (await clientServesElsewhere(ctx.db, registrationId, aspspId, clientId))) return false;
  try {
    return await schemeOf(ctx, aspspId).end(await atBankAsClient(ctx, registrationId, aspspId));
  } catch (error) {
    // Our certificate has run out: there is no way left to say it.
    if (isOplError(error) && error.code === "ERR_ASPSP_NOT_REGISTERED") return false;
    throw error;
  }
}
