import { setTimeout as delay } from "node:timers/promises";
import { newId } from "@opl/service";
import { inTransaction } from "@opl/postgres";
import { findPasskey, insertPasskey, notePasskeyUse } from "../db/passkey-store.ts";
import type { StoredPasskey } from "../db/passkey-store.ts";
import { insertPerson } from "../db/person-store.ts";
import { ceremonyRules, signUpRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import { userHandleOf } from "../session/passkeys.ts";
import type { PasskeyQuestion } from "../session/passkeys.ts";
import type { SignedIn, WithCookies } from "../session/people.ts";
import { attempt } from "./attempt.ts";
import { beginCeremony, endCeremony } from "./ceremony.ts";
import { enter } from "./enter.ts";
import type { Arrival } from "./enter.ts";
import { firstPasskeyName } from "./passkeys.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "passkeys" | "people" | "signUpsPerHour">;
type Options = PasskeyQuestion["options"];

export async function beginPasskeySignIn(ctx: Context, ipAddress: string): Promise<WithCookies<Options>> {
  await attempt(ctx, ceremonyRules(addressBlock(ipAddress)));
  const { challenge, options } = await ctx.passkeys.ask();
  return { value: options, cookies: [await beginCeremony(ctx, { kind: "passkey-sign-in", data: { challenge } })] };
}

/** A new session for who holds a passkey. @throws ERR_STEP_EXPIRED, ERR_PASSKEY_REFUSED for whatever reason */
export async function signInByPasskey(ctx: Context, answer: unknown, from: Arrival): Promise<WithCookies<SignedIn>> {
  const { data } = await endCeremony(ctx, "passkey-sign-in", from.ceremony);
  const { psuId } = await checkPasskey(ctx, answer, data["challenge"] ?? "");
  if (userHandleOf(answer) !== psuId) throw errors.ERR_PASSKEY_REFUSED();
  return enter(ctx, psuId, from);
}

/** The passkey that answered the challenge. @throws ERR_PASSKEY_REFUSED */
export async function checkPasskey(ctx: Pick<Context, "db" | "clock" | "passkeys">, answer: unknown, challenge: string): Promise<StoredPasskey> {
  const id = (answer as { readonly id?: unknown } | null)?.id;
  const passkey = typeof id === "string" ? await findPasskey(ctx.db, id) : undefined;
  const counter = passkey === undefined ? undefined : await ctx.passkeys.check(answer, challenge, passkey);
  if (passkey === undefined || counter === undefined) throw errors.ERR_PASSKEY_REFUSED();
  await inTransaction(ctx.db, (tx) => notePasskeyUse(tx, passkey.passkeyId, counter, ctx.clock.now()));
  return passkey;
}

/** The id of the person to be is in the passkey from the beginning. The answer is the same for an address that is taken (US-21). */
export async function beginPasskeySignUp(
  ctx: Context,
  { name, email, ipAddress }: { readonly name: string; readonly email: string; readonly ipAddress: string },
): Promise<WithCookies<Options>> {
  await attempt(ctx, signUpRules(addressBlock(ipAddress), ctx.signUpsPerHour));
  const psuId = newId();
  const { challenge, options } = await ctx.passkeys.askForNew({ psuId, name, email }, []);
  const cookie = await beginCeremony(ctx, { kind: "passkey-sign-up", data: { challenge, newPsuId: psuId, name, email } });
  return { value: options, cookies: [cookie] };
}

/** Longer than making a person takes, so that the time does not tell a taken address (US-21). */
const answerAfterMs = 50;

/**
 * Makes the person with their first passkey unless the address is taken; the caller cannot tell which before entering.
 * @throws ERR_STEP_EXPIRED, ERR_PASSKEY_REFUSED
 */
export async function signUpByPasskey(ctx: Context, answer: unknown, { ceremony }: Pick<Arrival, "ceremony">): Promise<WithCookies<undefined>> {
  const { data } = await endCeremony(ctx, "passkey-sign-up", ceremony);
  const { challenge = "", newPsuId: psuId = "", name = "", email = "" } = data;
  const passkey = await ctx.passkeys.readNew(answer, challenge);
  if (passkey === undefined) throw errors.ERR_PASSKEY_REFUSED();
  const now = ctx.clock.now();
  const making = inTransaction(ctx.db, async (tx) => {
    if (!(await insertPerson(tx, { psuId, name, email }, now))) return false;
    if (!(await insertPasskey(tx, { ...passkey, passkeyId: newId(), psuId, name: firstPasskeyName }, now))) throw errors.ERR_PASSKEY_REFUSED();
    return true;
  });
  const [made] = await Promise.all([making, delay(answerAfterMs)]);
  return { value: undefined, cookies: [await beginCeremony(ctx, { kind: "signed-up", psuId: made ? psuId : undefined })] };
}

/** The first session of who signed up a moment ago in this browser. @throws ERR_STEP_EXPIRED, ERR_CREDENTIALS_REFUSED */
export async function enterAfterSignUp(ctx: Context, from: Arrival): Promise<WithCookies<SignedIn>> {
  const { psuId } = await endCeremony(ctx, "signed-up", from.ceremony);
  if (psuId === null) throw errors.ERR_CREDENTIALS_REFUSED();
  return enter(ctx, psuId, from);
}
