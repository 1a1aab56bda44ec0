import { newId } from "@opl/service";
import { inTransaction } from "@opl/postgres";
import { deletePasskey, insertPasskey, passkeysOf } from "../db/passkey-store.ts";
import { findPasswordHash, lockPerson } from "../db/person-store.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import type { PasskeyQuestion } from "../session/passkeys.ts";
import type { SignedIn, WithCookies } from "../session/people.ts";
import { beginCeremony, endCeremony } from "./ceremony.ts";

type Context = Pick<BffContext, "db" | "clock" | "passkeys">;

/** What a passkey is called until its owner renames it. */
export const firstPasskeyName = "Passkey";

export async function beginNewPasskey(ctx: Context, person: SignedIn): Promise<WithCookies<PasskeyQuestion["options"]>> {
  const { challenge, options } = await ctx.passkeys.askForNew(person, await passkeysOf(ctx.db, person.psuId));
  return { value: options, cookies: [await beginCeremony(ctx, { kind: "passkey-new", psuId: person.psuId, data: { challenge } })] };
}

/** @throws ERR_STEP_EXPIRED, ERR_PASSKEY_REFUSED also for one that is somebody's already */
export async function addPasskey(
  ctx: Context,
  { psuId, name, answer, ceremony }: { readonly psuId: string; readonly name: string; readonly answer: unknown; readonly ceremony: string | undefined },
): Promise<{ passkeyId: string }> {
  const begun = await endCeremony(ctx, "passkey-new", ceremony);
  if (begun.psuId !== psuId) throw errors.ERR_STEP_EXPIRED();
  const passkey = await ctx.passkeys.readNew(answer, begun.data["challenge"] ?? "");
  const passkeyId = newId();
  const added = passkey !== undefined && (await inTransaction(ctx.db, (tx) => insertPasskey(tx, { ...passkey, passkeyId, psuId, name }, ctx.clock.now())));
  if (!added) throw errors.ERR_PASSKEY_REFUSED();
  return { passkeyId };
}

/** Never the last way in: a link to single sign-on is none, because it proves nothing here. @throws ERR_PASSKEY_NOT_FOUND, ERR_LAST_WAY_IN */
export async function removePasskey({ db }: Pick<Context, "db">, psuId: string, passkeyId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockPerson(tx, psuId);
    if (!(await deletePasskey(tx, psuId, passkeyId))) throw errors.ERR_PASSKEY_NOT_FOUND();
    const [left, password] = [await passkeysOf(tx, psuId), await findPasswordHash(tx, psuId)];
    if (left.length === 0 && password === undefined) throw errors.ERR_LAST_WAY_IN();
  });
}
