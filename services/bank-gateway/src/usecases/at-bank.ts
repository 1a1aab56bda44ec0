import { randomUUID } from "node:crypto";
import type { SignatureAlgorithm } from "@opl/contracts/model";
import { signWith } from "../banks/bank.ts";
import { canSign, chooseQsealc } from "../banks/keys.ts";
import { createBankCalls } from "../egress/bank-calls.ts";
import { getAsked, getStepOutcome } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { withProof } from "../oauth/dpop.ts";
import type { AtBank, AtBankAsClient, RegistrationScheme } from "../registration-schemes/scheme.ts";
import type { GatewayContext } from "./context.ts";
import { steps } from "./registration-steps.ts";

type Context = Pick<GatewayContext, "banks" | "clock" | "outside">;

/** How this bank registers us. @throws ERR_ASPSP_UNKNOWN, ERR_ASPSP_CAPABILITY_MISSING */
export function schemeOf({ banks }: Pick<Context, "banks">, aspspId: string): RegistrationScheme {
  const { registration } = banks.adapter(aspspId);
  if (registration === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
  return registration;
}

/**
 * What a scheme works with once we have certificates. `algorithm` is what the terms of the registration want, null what the bank wants
 * most. @throws ERR_ALGORITHM_UNFIT for one that the bank does not offer or that no key of ours can do
 */
export async function atBank(ctx: Context, registrationId: string, aspspId: string, algorithm: SignatureAlgorithm | null = null): Promise<AtBank> {
  const adapter = ctx.banks.adapter(aspspId);
  const { egress, keys } = await ctx.banks.linkOf(registrationId);
  const { profile } = adapter;
  const offered = profile.signingAlgorithms;
  if (algorithm !== null && !offered.includes(algorithm))
    throw errors.ERR_ALGORITHM_UNFIT({
      message: `${profile.name} takes no signatures by ${algorithm}, only by ${offered.join(", ")}; want one of them or none.`,
    });
  if (algorithm !== null && !canSign(keys, algorithm, ctx.clock.now()))
    throw errors.ERR_ALGORITHM_UNFIT({
      message: `Our QSealC at ${profile.name} cannot sign by ${algorithm}; want another algorithm or none, or have a QSealC with such a key and retire the other.`,
    });
  const signingAlgorithms = algorithm === null ? offered : [algorithm];
  return {
    now: ctx.clock.now(),
    newJti: randomUUID,
    keys,
    sign: signWith(keys, { profile: { ...profile, signingAlgorithms } }, ctx.clock),
    signingAlgorithm: () => chooseQsealc(keys, signingAlgorithms, ctx.clock.now()).algorithm,
    calls: createBankCalls({ adapter, egress, apiKey: adapter.registration?.portalApiKey ?? "", identified: true }),
    outside: (party) => ctx.outside.to(party),
  };
}

/** The same once the bank knows us. @throws ERR_REGISTRATION_STEP_ORDER before that */
export async function atBankAsClient(ctx: Context & Pick<GatewayContext, "db">, registrationId: string, aspspId: string): Promise<AtBankAsClient> {
  const adapter = ctx.banks.adapter(aspspId);
  const asked = await getAsked(ctx.db, registrationId);
  const [at, bank, credentials, scope] = await Promise.all([
    atBank(ctx, registrationId, aspspId, asked?.terms.algorithm ?? null),
    ctx.banks.of(registrationId),
    ctx.banks.credentialsOf(registrationId),
    asked?.terms.scopes[0] ?? scopeProved(ctx, registrationId),
  ]);
  if (credentials === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
  const { egress } = await ctx.banks.linkOf(registrationId);
  return {
    ...at,
    credentials,
    tokens: bank.tokens,
    scope: scope ?? adapter.oauth?.clientScope ?? "",
    callsWith: ({ accessToken, proofKey }, origin) => {
      const way = proofKey === undefined ? egress : withProof(egress, { accessToken, proofKey });
      return createBankCalls({ adapter, egress: way, apiKey: "", identified: true, token: { accessToken, origins: [origin] } });
    },
  };
}

async function scopeProved({ db }: Pick<GatewayContext, "db">, registrationId: string): Promise<string | undefined> {
  const proof = steps.validation.outcome.safeParse(await getStepOutcome(db, registrationId, steps.validation.step));
  return proof.data?.validated[0]?.scope;
}
