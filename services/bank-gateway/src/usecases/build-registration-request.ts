import type { BodyOf } from "@opl/contracts/http";
import type { buildRegistrationRequest as contract } from "@opl/contracts/http/bank-gateway";
import { errors } from "../errors.ts";
import { atBank, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";

type Input = BodyOf<typeof contract> & { readonly registrationId: string };

/** Builds the registration request around the software statement, signed where the bank wants it signed. */
export async function buildRegistrationRequest(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "outside">, input: Input) {
  const { registrationId, aspspId, terms } = input;
  return runRegistrationStep(ctx, input, steps.registrationRequest, async () => {
    const scheme = schemeOf(ctx, aspspId);
    if (scheme.registrationRequest === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const { softwareStatement } = await requireOutcome(ctx, registrationId, steps.softwareStatement);
    const at = await atBank(ctx, registrationId, aspspId, terms.algorithm);
    const { message, kid, algorithm, expiresAt } = await scheme.registrationRequest(at, { softwareStatement, terms });
    return { outcome: { registrationRequest: message, kid, algorithm, expiresAt: expiresAt.toString() } };
  });
}
