import type { BodyOf } from "@opl/contracts/http";
import type { buildSoftwareStatement as contract } from "@opl/contracts/http/bank-gateway";
import { parseCertificate } from "@opl/eidas";
import type { Transaction } from "kysely";
import { listOwnCertificates } from "../db/own-certificate-store.ts";
import { activeRegistrationOf, previousOutcome, saveAsked } from "../db/registration-store.ts";
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
      retired: await retiredThumbprints(ctx, aspspId),
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

/** Of our own certificates those that were retired, without the ones this bank is called with until the registration is through. */
async function retiredThumbprints({ db, banks }: Pick<GatewayContext, "db" | "banks">, aspspId: string): Promise<ReadonlySet<string>> {
  const serving = await activeRegistrationOf(db, aspspId);
  const used = new Set(serving === undefined ? [] : (await banks.keysOf(serving)).map(({ certificate }) => certificate.thumbprint));
  const retired = (await listOwnCertificates(db)).filter(({ retiredAt }) => retiredAt !== null);
  return new Set(retired.flatMap(({ chainPem }) => (chainPem?.[0] === undefined ? [] : [parseCertificate(chainPem[0]).thumbprint]))).difference(used);
}
