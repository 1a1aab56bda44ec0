import { activateRegistration as activate } from "../db/registration-store.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

/** Makes a proven registration the one that serves; the one before stays for the consents that began under it. */
export async function activateRegistration(ctx: Pick<GatewayContext, "db" | "clock" | "banks">, input: StepInput) {
  return runRegistrationStep(ctx, input, steps.activation, async () => {
    await requireOutcome(ctx, input.registrationId, steps.validation);
    const now = ctx.clock.now();
    return { outcome: { activatedAt: now.toString() }, save: (tx) => activate(tx, input.registrationId, input.aspspId, now) };
  });
}
