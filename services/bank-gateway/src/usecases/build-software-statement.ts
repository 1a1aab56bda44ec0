import type { BodyOf } from "@opl/contracts/http";
import type { buildSoftwareStatement as contract } from "@opl/contracts/http/bank-gateway";
import { signWith } from "../banks/bank.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";

type Input = BodyOf<typeof contract> & { readonly registrationId: string };

/** Builds and signs what we say about our software. */
export async function buildSoftwareStatement(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "newId">, input: Input) {
  return runRegistrationStep(ctx, input, steps.softwareStatement, async () => {
    const adapter = ctx.banks.adapter(input.aspspId);
    if (adapter.registration === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const { tppId, organizationIdentifier, publicJwksUrl } = await requireOutcome(ctx, input.registrationId, steps.certificates);
    const { claims, expiresAt } = adapter.registration.softwareStatement(
      { ...input.terms, softwareClientId: input.softwareClientId, tppId, organizationIdentifier, publicJwksUrl },
      { now: ctx.clock.now(), jti: ctx.newId() },
    );
    const { jws, kid, algorithm } = await signWith(await ctx.banks.keysOf(input.registrationId), adapter, ctx.clock)(claims);
    return { outcome: { softwareStatement: jws, kid, algorithm, expiresAt: expiresAt.toString() } };
  });
}
