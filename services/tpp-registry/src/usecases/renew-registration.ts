import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { insertRegistration, lockRegistration, standingRegistration, type RegistrationWithSteps } from "../db/registration-store.ts";
import { listHeld } from "../db/renewal-store.ts";
import { renewalDueAt } from "../domain/renewal.ts";
import { termsAt } from "../domain/tpp-profile.ts";
import { startRegistration } from "./start-registration.ts";

type Ctx = Pick<RegistryContext, "db" | "clock" | "newId" | "profile">;

/**
 * Begins the successor of the registration in use, which goes on serving until the successor is activated and, for the consents that
 * began under it, afterwards. Answers the running registration when there is one; a bank we are not registered at gets a first one.
 * @throws ERR_REGISTRATION_ASPSP_UNKNOWN, ERR_REGISTRATION_NOT_OFFERED
 */
export async function renewRegistration(ctx: Ctx & Pick<RegistryContext, "bankGateway">, aspspId: string): Promise<RegistrationWithSteps> {
  const standing = await startRegistration(ctx, aspspId);
  if (standing.registration.status !== "completed") return standing;
  return (await beginSuccessor(ctx, standing.registration)) ?? standing;
}

/** Begins the renewals that are due at the banks where we want to stay registered. @returns the banks where one began */
export async function beginDueRenewals(ctx: Ctx, wanted: readonly string[], renewBeforeDays: number): Promise<readonly string[]> {
  const now = ctx.clock.now();
  const due = (await listHeld(ctx.db)).filter(
    (held) => wanted.includes(held.aspspId) && Temporal.Instant.compare(renewalDueAt(held, renewBeforeDays), now) <= 0,
  );
  const begun: string[] = [];
  for (const held of due) {
    const successor = await beginSuccessor(ctx, held);
    if (successor?.begun === true) begun.push(held.aspspId);
  }
  return begun;
}

/** One at a time a bank: whoever waited for the lock sees what the other began. */
function beginSuccessor(
  { db, clock, newId, profile }: Ctx,
  { registrationId, aspspId }: { registrationId: string; aspspId: string },
): Promise<(RegistrationWithSteps & { readonly begun: boolean }) | undefined> {
  return inTransaction(db, async (tx) => {
    await lockRegistration(tx, registrationId);
    const before = await standingRegistration(tx, aspspId);
    const current = before?.registration.registrationId === registrationId;
    if (current)
      await insertRegistration(tx, {
        registrationId: newId(),
        aspspId,
        scheme: before.registration.scheme,
        terms: termsAt(profile, aspspId),
        now: clock.now(),
        replaces: registrationId,
      });
    const standing = await standingRegistration(tx, aspspId);
    return standing === undefined ? undefined : { ...standing, begun: current };
  });
}
