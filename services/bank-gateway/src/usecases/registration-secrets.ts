import type { Jwk } from "@opl/fapi";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { ClientCredentials } from "../banks/credentials.ts";
import { nameClient, registrationsOfClient, saveSecret } from "../db/registration-store.ts";
import type { Tables } from "../db/tables.ts";
import type { SecretSlot } from "../vault/vault.ts";
import type { GatewayContext } from "./context.ts";
import type { StepInput } from "./run-registration-step.ts";

type Context = Pick<GatewayContext, "vault" | "clock">;
type Save = (tx: Transaction<Tables>) => Promise<void>;

/** Seals our keys at a bank at once; what comes back keeps them in the transaction of the step. */
export async function sealKeys({ vault, clock }: Context, at: StepInput, keys: readonly { readonly jwk: Jwk }[]): Promise<Save> {
  const sealed = await vault.seal(slotOf(at, "private-jwks"), JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  return (tx) => saveSecret(tx, at.registrationId, "private-jwks", sealed, clock.now());
}

/** The same for what the bank gave us. Only the client id is kept in clear. */
export async function sealCredentials({ vault, clock }: Context, at: StepInput, credentials: ClientCredentials): Promise<Save> {
  const sealed = await vault.seal(slotOf(at, "client-credentials"), JSON.stringify(credentials));
  return async (tx) => {
    await saveSecret(tx, at.registrationId, "client-credentials", sealed, clock.now());
    await nameClient(tx, at.registrationId, credentials.clientId);
  };
}

/**
 * The same for every registration that shares the client, since the bank knows no difference; what the bank renewed for one would lock the
 * others out. @returns which they are
 */
export async function sealForClient(ctx: Context & Pick<GatewayContext, "db">, { registrationId, aspspId }: StepInput, credentials: ClientCredentials) {
  const sharing = await registrationsOfClient(ctx.db, aspspId, credentials.clientId);
  const touched = [...new Set([registrationId, ...sharing])];
  const saves = await Promise.all(touched.map((one) => sealCredentials(ctx, { registrationId: one, aspspId }, credentials)));
  const save: Save = async (tx) => {
    for (const each of saves) await each(tx);
  };
  return { save, touched };
}

/** What the bank renewed with an answer that is no step of its own: kept at once, and used from the next call on. */
export async function keepForClient(ctx: Context & Pick<GatewayContext, "db" | "banks">, at: StepInput, credentials: ClientCredentials): Promise<void> {
  const { save, touched } = await sealForClient(ctx, at, credentials);
  await inTransaction(ctx.db, save);
  await Promise.all(touched.map((one) => ctx.banks.forget(one)));
}

function slotOf({ registrationId, aspspId }: StepInput, name: "private-jwks" | "client-credentials"): SecretSlot {
  return { owner: "tpp", purpose: "tpp-secrets", aspspId, subject: `${registrationId} ${name}` };
}
