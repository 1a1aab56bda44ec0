import type { RegistryContext } from "../context.ts";
import { getRegistration, hurryRegistration, standingRegistration, type RegistrationWithSteps } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { beginAt } from "./begin-planned.ts";
import { startRegistration } from "./start-registration.ts";

/**
 * Tries now: a running registration without waiting for its pause, a failed one by a new one with the same purpose; a complete one is
 * only answered. @throws ERR_REGISTRATION_NOT_FOUND, and what {@link startRegistration} throws
 */
export async function retryRegistration(
  ctx: Pick<RegistryContext, "db" | "clock" | "newId" | "bankGateway" | "environmentDocument" | "renewBeforeDays">,
  registrationId: string,
): Promise<RegistrationWithSteps> {
  const known = await getRegistration(ctx.db, registrationId);
  if (known === undefined) throw errors.ERR_REGISTRATION_NOT_FOUND();
  const { status, aspspId, replaces } = known.registration;
  if (status === "completed") return known;
  if (status === "running") {
    await hurryRegistration(ctx.db, registrationId, ctx.clock.now());
    return known;
  }
  await beginAt(ctx, aspspId, { impatient: true });
  const standing = await standingRegistration(ctx.db, aspspId);
  return startRegistration(ctx, aspspId, { renew: replaces !== null && standing?.registration.registrationId === replaces });
}
