import { saveSecret } from "../db/registration-store.ts";
import { createBankCalls } from "../egress/bank-calls.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

/** Sends the registration to the bank. The client secret and API key it answers with are sealed and never leave. */
export async function submitRegistration(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "vault">, input: StepInput) {
  const { registrationId, aspspId } = input;
  return runRegistrationStep(ctx, input, steps.submission, async () => {
    const adapter = ctx.banks.adapter(aspspId);
    const facet = adapter.registration;
    if (facet === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const { registrationRequest } = await requireOutcome(ctx, registrationId, steps.registrationRequest);
    const { egress } = await ctx.banks.linkOf(registrationId);
    const calls = createBankCalls({ adapter, egress, apiKey: facet.portalApiKey, identified: true });
    const { client, clientSecret, apiKey } = await facet.submit(calls, registrationRequest);
    const slot = { owner: "tpp", purpose: "tpp-secrets", aspspId, subject: `${registrationId} client-credentials` } as const;
    const sealed = await ctx.vault.seal(slot, JSON.stringify({ clientId: client.clientId, clientSecret, apiKey }));
    return {
      outcome: { client },
      save: async (tx) => {
        await saveSecret(tx, registrationId, "client-credentials", sealed, ctx.clock.now());
      },
    };
  });
}
