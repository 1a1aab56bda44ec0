import type { BodyOf } from "@opl/contracts/http";
import type { buildSoftwareStatement as contract } from "@opl/contracts/http/bank-gateway";
import type { Transaction } from "kysely";
import { previousOutcome, saveAsked } from "../db/registration-store.ts";
import type { Tables } from "../db/tables.ts";
import { errors } from "../errors.ts";
import { atBank, schemeOf } from "./at-bank.ts";
import type { GatewayContext } from "./context.ts";
import { sealKeys } from "./registration-secrets.ts";
import { steps } from "./registration-steps.ts";
import { requireOutcome, runRegistrationStep } from "./run-registration-step.ts";

type Input = BodyOf<typeof contract> & { readonly registrationId: string };

/** Builds and signs what we say about our software, or has a directory sign it; key ids that a directory gives are taken over. */
export async function buildSoftwareStatement(ctx: Pick<GatewayContext, "db" | "clock" | "banks" | "outside" | "vault">, input: Input) {
  const { registrationId, aspspId, terms, softwareClientId } = input;
  return runRegistrationStep(ctx, input, steps.softwareStatement, async () => {
    const scheme = schemeOf(ctx, aspspId);
    if (scheme.softwareStatement === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    const { tppId, organizationIdentifier, publicJwksUrl } = await requireOutcome(ctx, registrationId, steps.certificates);
    const previous = await previousOutcome(ctx.db, registrationId, aspspId, "software-statement");
    const at = await atBank(ctx, registrationId, aspspId, terms.algorithm);
    const statement = await scheme.softwareStatement(at, {
      softwareClientId,
      terms,
      tppId,
      organizationIdentifier,
      publicJwksUrl,
      previousStatement: steps.softwareStatement.outcome.safeParse(previous).data?.softwareStatement,
    });
    const { message, kid, algorithm, expiresAt, kids } = statement;
    const outcome = { softwareStatement: message, kid, algorithm, expiresAt: expiresAt.toString() };
    const remember = (tx: Transaction<Tables>) => saveAsked(tx, registrationId, { terms, softwareClientId });
    if (kids === undefined) return { outcome, save: remember };
    const renamed = at.keys.map(({ jwk, kid: ours, certificate }) => ({ jwk: { ...jwk, kid: kids.get(certificate.thumbprint) ?? ours } }));
    const saveKeys = await sealKeys(ctx, input, renamed);
    return { outcome, save: async (tx) => void (await Promise.all([remember(tx), saveKeys(tx)])) };
  });
}
