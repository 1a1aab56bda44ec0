import { atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { probePkce } from "./probe-pkce.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

/** Proves that the registration works: scope by scope, one at a time, since the bank takes no more at once; and that it holds us to PKCE. */
export async function validateRegistration(
  ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "outside">,
  input: StepInput & { readonly scopes: readonly string[] },
) {
  const { registrationId, aspspId, scopes } = input;
  return runRegistrationStep(ctx, input, steps.validation, async () => {
    const scheme = schemeOf(ctx, aspspId);
    if (scheme.submit !== undefined) await requireOutcome(ctx, registrationId, steps.submission);
    const at = await atBankAsClient(ctx, registrationId, aspspId);
    const validated: { scope: string; at: string }[] = [];
    for (const scope of scopes) {
      await scheme.validate(at, scope);
      validated.push({ scope, at: ctx.clock.now().toString() });
    }
    await probePkce(ctx, registrationId);
    return { outcome: { validated } };
  });
}
