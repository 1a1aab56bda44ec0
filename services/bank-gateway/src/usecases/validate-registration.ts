import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

/** Proves that the registration works: a token for each scope, one at a time, since the bank takes no more at once. */
export async function validateRegistration(ctx: Pick<GatewayContext, "db" | "clock" | "banks">, input: StepInput & { readonly scopes: readonly string[] }) {
  return runRegistrationStep(ctx, input, steps.validation, async () => {
    await requireOutcome(ctx, input.registrationId, steps.submission);
    const bank = await ctx.banks.under(input.registrationId);
    const validated: { scope: string; at: string }[] = [];
    for (const scope of input.scopes) {
      await bank.tokens.clientCredentials(scope);
      validated.push({ scope, at: ctx.clock.now().toString() });
    }
    return { outcome: { validated } };
  });
}
