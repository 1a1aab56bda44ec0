import type { BodyOf } from "@opl/contracts/http";
import type { buildRegistrationRequest as contract } from "@opl/contracts/http/bank-gateway";
import { signWith } from "../banks/bank.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";

type Input = BodyOf<typeof contract> & { readonly registrationId: string };

/** Builds and signs the registration JWT around the software statement. */
export async function buildRegistrationRequest(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "newId">, input: Input) {
  return runRegistrationStep(ctx, input, steps.registrationRequest, async () => {
    const adapter = ctx.banks.adapter(input.aspspId);
    if (adapter.registration === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const { softwareStatement } = await requireOutcome(ctx, input.registrationId, steps.softwareStatement);
    const issuance = { now: ctx.clock.now(), jti: ctx.newId() };
    const { claims, expiresAt } = adapter.registration.registrationRequest({ softwareStatement, redirectUris: input.terms.redirectUris }, issuance);
    const { jws, kid, algorithm } = await signWith(await ctx.banks.keysOf(input.registrationId), adapter, ctx.clock)(claims);
    return { outcome: { registrationRequest: jws, kid, algorithm, expiresAt: expiresAt.toString() } };
  });
}
