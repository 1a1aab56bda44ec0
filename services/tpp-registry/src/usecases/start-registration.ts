import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { insertRegistration, lockBank, standingRegistration, type RegistrationWithSteps } from "../db/registration-store.ts";
import { termsAt, wantedAt } from "../domain/tpp-profile.ts";
import { errors } from "../errors.ts";
import { readDesiredState } from "./read-desired-state.ts";
import { findAspsp } from "./refresh-directory.ts";

/**
 * Begins to register at a bank, or answers the registration that is running or complete there: asking twice never registers twice.
 * One that failed is left as it is and followed by a new one. With `renew` the successor of a complete one begins, which goes on
 * serving until the successor is activated and, for the consents that began under it, afterwards.
 * @throws ERR_REGISTRATION_ASPSP_UNKNOWN, ERR_REGISTRATION_NOT_OFFERED, ERR_REGISTRATION_NOT_WANTED
 */
export async function startRegistration(
  ctx: Pick<RegistryContext, "db" | "clock" | "newId" | "bankGateway" | "environmentDocument">,
  aspspId: string,
  { renew = false }: { readonly renew?: boolean } = {},
): Promise<RegistrationWithSteps> {
  const aspsp = await findAspsp(ctx, aspspId);
  if (aspsp === undefined) throw errors.ERR_REGISTRATION_ASPSP_UNKNOWN({ details: { aspspId } });
  const { registrationScheme: scheme } = aspsp;
  if (scheme === null) throw errors.ERR_REGISTRATION_NOT_OFFERED({ details: { aspspId } });
  return inTransaction(ctx.db, async (tx) => {
    await lockBank(tx, aspspId);
    const standing = await standingRegistration(tx, aspspId);
    if (standing !== undefined && !(renew && standing.registration.status === "completed")) return standing;
    const { document } = await readDesiredState({ ...ctx, db: tx });
    const wanted = wantedAt(document, aspspId);
    if (wanted.state === "absent") throw errors.ERR_REGISTRATION_NOT_WANTED({ details: { aspspId } });
    await insertRegistration(tx, {
      registrationId: ctx.newId(),
      aspspId,
      scheme,
      terms: termsAt(document.tpp, wanted),
      now: ctx.clock.now(),
      replaces: standing?.registration.registrationId ?? null,
    });
    const started = await standingRegistration(tx, aspspId);
    if (started === undefined) throw errors.ERR_REGISTRATION_NOT_FOUND();
    return started;
  });
}
