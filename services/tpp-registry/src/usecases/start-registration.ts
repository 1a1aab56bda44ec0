import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { insertRegistration, standingRegistration, type RegistrationWithSteps } from "../db/registration-store.ts";
import { termsAt } from "../domain/tpp-profile.ts";
import { errors } from "../errors.ts";

/**
 * Begins to register at a bank, or answers the registration that is running or complete there: asking twice never registers twice.
 * One that failed is left as it is and followed by a new one. @throws ERR_REGISTRATION_ASPSP_UNKNOWN, ERR_REGISTRATION_NOT_OFFERED
 */
export async function startRegistration(
  ctx: Pick<RegistryContext, "db" | "clock" | "newId" | "bankGateway" | "profile">,
  aspspId: string,
): Promise<RegistrationWithSteps> {
  const { aspsps } = await ctx.bankGateway.listAspsps();
  const aspsp = aspsps.find((candidate) => candidate.aspspId === aspspId);
  if (aspsp === undefined) throw errors.ERR_REGISTRATION_ASPSP_UNKNOWN({ details: { aspspId } });
  const { registrationScheme: scheme } = aspsp;
  if (scheme === null) throw errors.ERR_REGISTRATION_NOT_OFFERED({ details: { aspspId } });
  const standing = await standingRegistration(ctx.db, aspspId);
  if (standing !== undefined) return standing;
  await inTransaction(ctx.db, (tx) =>
    insertRegistration(tx, { registrationId: ctx.newId(), aspspId, scheme, terms: termsAt(ctx.profile, aspspId), now: ctx.clock.now() }),
  );
  const started = await standingRegistration(ctx.db, aspspId);
  if (started === undefined) throw errors.ERR_REGISTRATION_NOT_FOUND();
  return started;
}
