import { inTransaction } from "@opl/postgres";
import type { BodyOf } from "@opl/contracts/http";
import type { enterCredentials as contract } from "@opl/contracts/http/bank-gateway";
import { ensureRegistration } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { keepForClient, sealCredentials } from "./registration-secrets.ts";

/**
 * Seals what a bank gave out by hand; a second time replaces the secret of the same client, for every registration in use or under way that is this client.
 * @throws ERR_REGISTRATION_CREDENTIALS_UNWANTED where the bank gives them to us itself, or for a client other than the one registered
 */
export async function enterCredentials(
  ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "vault">,
  { registrationId, aspspId, clientId, clientSecret, apiKey }: BodyOf<typeof contract> & { readonly registrationId: string },
): Promise<void> {
  if (schemeOf(ctx, aspspId).name !== "manual") throw errors.ERR_REGISTRATION_CREDENTIALS_UNWANTED();
  const known = await inTransaction(ctx.db, (tx) => ensureRegistration(tx, registrationId, aspspId, ctx.clock.now()));
  if (known.aspspId !== aspspId) throw errors.ERR_BANK_REGISTRATION_NOT_FOUND();
  if (known.endedAt !== null) throw errors.ERR_REGISTRATION_ENDED();
  if (known.activatedAt !== null && known.clientId !== clientId)
    throw errors.ERR_REGISTRATION_CREDENTIALS_UNWANTED({ message: "This registration is in use as another client; begin another one for this client." });
  const credentials = {
    clientId,
    clientSecret: clientSecret ?? undefined,
    apiKey: apiKey ?? undefined,
    // The client goes on so, should the bank be set to another way of registering.
    authentication: ctx.banks.adapter(aspspId).oauth?.clientAuthentication,
  };
  const at = { registrationId, aspspId };
  if (known.activatedAt !== null) return keepForClient(ctx, at, credentials);
  // Not proved yet: another registration of this client is left as it is.
  await inTransaction(ctx.db, await sealCredentials(ctx, at, credentials));
  await ctx.banks.forget(registrationId);
}
