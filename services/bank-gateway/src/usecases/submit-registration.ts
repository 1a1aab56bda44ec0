import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { ClientCredentials } from "../banks/credentials.ts";
import { findRegistration, getSentRequest, nameClient, saveSentRequest } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import type { Creation } from "../registration-schemes/create-once.ts";
import type { AtBankAsClient } from "../registration-schemes/scheme.ts";
import { atBank, atBankAsClient, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { sealCredentials, sealForClient } from "./registration-secrets.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";
import type { StepInput } from "./run-registration-step.ts";

type Context = Pick<GatewayContext, "db" | "clock" | "banks" | "outside" | "vault">;

/**
 * Sends the registration to the bank, or changes the client of the registration it takes over from. Secrets and tokens the bank answers
 * with are sealed and never leave.
 */
export async function submitRegistration(ctx: Context, input: StepInput & { readonly replaces: string | null; readonly unchanged?: boolean | undefined }) {
  const { registrationId, aspspId, replaces, unchanged = false } = input;
  return runRegistrationStep(ctx, input, steps.submission, async () => {
    const scheme = schemeOf(ctx, aspspId);
    if (scheme.submit === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const registrationRequest =
      scheme.registrationRequest === undefined ? undefined : (await requireOutcome(ctx, registrationId, steps.registrationRequest)).registrationRequest;
    await requireOutcome(ctx, registrationId, steps.certificates);
    const replaced = replaces === null ? undefined : await standingUnder(ctx, replaces, aspspId);
    const shares = replaced !== undefined && scheme.change !== undefined;
    // Known before the bank is asked: a change whose answer is lost is taken back all the same when this one ends.
    if (shares) await inTransaction(ctx.db, (tx) => nameClient(tx, registrationId, replaced.credentials.clientId));
    const { client, credentials } = await scheme.submit(await atBank(ctx, registrationId, aspspId), {
      registrationRequest,
      replaced,
      entered: (await ctx.banks.credentialsOf(registrationId)) ?? (unchanged && replaces !== null ? await handedOn(ctx, replaces, aspspId) : undefined),
      creation: await creationOf(ctx, registrationId),
    });
    const secrets = shares ? await sealForClient(ctx, input, credentials) : { save: await sealCredentials(ctx, input, credentials) };
    return { outcome: { client }, ...secrets };
  });
}

async function creationOf({ db }: Context, registrationId: string): Promise<Creation> {
  return {
    unanswered: await getSentRequest(db, registrationId),
    sending: (request) => inTransaction(db, (tx) => saveSentRequest(tx, registrationId, request)),
    notTaken: () => inTransaction(db, (tx) => saveSentRequest(tx, registrationId, null)),
  };
}

/** Also of one whose certificate has run out: what the bank gave out by hand does not end with it. */
async function handedOn({ db, banks }: Context, registrationId: string, aspspId: string): Promise<ClientCredentials | undefined> {
  const known = await findRegistration(db, registrationId);
  return known?.aspspId === aspspId && known.endedAt === null ? banks.credentialsOf(registrationId) : undefined;
}

/** Of a registration whose certificate has run out, or that never got so far, nothing can be changed any more. */
async function standingUnder(ctx: Context, registrationId: string, aspspId: string): Promise<AtBankAsClient | undefined> {
  try {
    return await atBankAsClient(ctx, registrationId, aspspId);
  } catch (error) {
    if (isOplError(error) && (error.code === "ERR_ASPSP_NOT_REGISTERED" || error.code === "ERR_REGISTRATION_STEP_ORDER")) return undefined;
    throw error;
  }
}
