import { findRegistration } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { keepForClient } from "./registration-secrets.ts";
import { aloneAtBank } from "./run-registration-step.ts";

/**
 * What the bank says of our registration now. A token that it renews with the answer (RFC 7592 3) is kept.
 * @throws ERR_BANK_REGISTRATION_NOT_FOUND, ERR_REGISTRATION_STEP_ORDER before it was submitted
 */
export async function readRegistration(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "outside" | "vault">, registrationId: string) {
  const known = await findRegistration(ctx.db, registrationId);
  if (known === undefined) throw errors.ERR_BANK_REGISTRATION_NOT_FOUND();
  const { aspspId } = known;
  const scheme = schemeOf(ctx, aspspId);
  return aloneAtBank(ctx, aspspId, async () => {
    const at = await atBankAsClient(ctx, registrationId, aspspId);
    const found = await scheme.read(at);
    if (found.standing === "known" && !sameSecrets(found.credentials, at.credentials)) await keepForClient(ctx, { registrationId, aspspId }, found.credentials);
    return { standing: found.standing, client: found.client, checkedAt: ctx.clock.now().toString() };
  });
}

type Secrets = Parameters<typeof keepForClient>[2];

function sameSecrets(one: Secrets, other: Secrets): boolean {
  return one.clientSecret === other.clientSecret && one.management?.accessToken === other.management?.accessToken;
}
