import { findRegistration } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";

/** What the bank says of our registration now. @throws ERR_REGISTRATION_NOT_FOUND, ERR_REGISTRATION_STEP_ORDER before it was submitted */
export async function readRegistration(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "outside">, registrationId: string) {
  const known = await findRegistration(ctx.db, registrationId);
  if (known === undefined) throw errors.ERR_REGISTRATION_NOT_FOUND();
  const scheme = schemeOf(ctx, known.aspspId);
  const standing = await scheme.read(await atBankAsClient(ctx, registrationId, known.aspspId));
  return { ...standing, checkedAt: ctx.clock.now().toString() };
}
