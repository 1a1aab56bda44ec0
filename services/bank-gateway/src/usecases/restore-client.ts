import { getAsked, previousOutcome } from "../db/registration-store.ts";
import { atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { keepForClient } from "./registration-secrets.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "banks" | "outside" | "vault">;

/**
 * Makes the client at the bank what this registration had asked for, under its own certificate: statement and request are built anew,
 * since those of then have run out. @returns whether the bank took it; false where it cannot be changed
 */
export async function restoreClient(ctx: Context, input: StepInput): Promise<boolean> {
  const { registrationId, aspspId } = input;
  const scheme = schemeOf(ctx, aspspId);
  const asked = await getAsked(ctx.db, registrationId);
  if (asked === undefined || scheme.change === undefined || scheme.softwareStatement === undefined || scheme.registrationRequest === undefined) return false;
  const { tppId, organizationIdentifier, publicJwksUrl } = await requireOutcome(ctx, registrationId, steps.certificates);
  const at = await atBankAsClient(ctx, registrationId, aspspId);
  const previous = await previousOutcome(ctx.db, registrationId, aspspId, steps.softwareStatement.step);
  const { message: softwareStatement } = await scheme.softwareStatement(at, {
    ...asked,
    tppId,
    organizationIdentifier,
    publicJwksUrl,
    previousStatement: steps.softwareStatement.outcome.safeParse(previous).data?.softwareStatement,
    // What goes back to how it was takes nothing away.
    retired: new Set(),
  });
  const request = await scheme.registrationRequest(at, { softwareStatement, terms: asked.terms });
  const restored = await scheme.change(at, request.message);
  if (restored === undefined) return false;
  await keepForClient(ctx, input, restored.credentials);
  return true;
}
