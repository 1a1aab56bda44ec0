import type { RegistrationScheme, RegistrationStep, RegistrationTerms } from "@opl/contracts/model";
import type { RegistryContext } from "../context.ts";
import { getRegistration, listRefusedTerms } from "../db/registration-store.ts";
import { missingInAcceptedClient } from "../domain/accepted-client.ts";
import { termsDifferences } from "../domain/terms.ts";
import { termsOf } from "../domain/tpp-profile.ts";
import { errors } from "../errors.ts";
import { readDesiredState } from "./read-desired-state.ts";

export interface StepOutcome {
  readonly artefact: Readonly<Record<string, unknown>>;
  readonly expiresAt: Temporal.Instant | null;
}

type Ctx = Pick<RegistryContext, "db" | "bankGateway" | "softwareClientId" | "environmentDocument">;
interface At {
  readonly registrationId: string;
  readonly aspspId: string;
  readonly scheme: RegistrationScheme;
  readonly replaces: string | null;
  readonly terms: RegistrationTerms;
}

const lasting = (artefact: Readonly<Record<string, unknown>>): StepOutcome => ({ artefact, expiresAt: null });
const passing = (artefact: { readonly expiresAt: string }): StepOutcome => ({ artefact, expiresAt: Temporal.Instant.from(artefact.expiresAt) });

/** The saga, one line a step: what is asked of the gateway and what comes out. Asking again answers the same. */
const performers: Readonly<Record<RegistrationStep, (ctx: Ctx, at: At) => Promise<StepOutcome>>> = {
  certificates: async (ctx, { registrationId, aspspId, terms }) => {
    const { country, name: commonName } = (await readDesiredState(ctx)).document.tpp;
    return lasting(await ctx.bankGateway.issueCertificates({ params: { registrationId }, body: { aspspId, country, commonName, roles: terms.roles } }));
  },

  "software-statement": async ({ bankGateway, softwareClientId }, { registrationId, aspspId, terms }) =>
    passing(await bankGateway.buildSoftwareStatement({ params: { registrationId }, body: { aspspId, softwareClientId, terms } })),

  "registration-request": async ({ bankGateway }, { registrationId, aspspId, terms }) =>
    passing(await bankGateway.buildRegistrationRequest({ params: { registrationId }, body: { aspspId, terms } })),

  submission: async (ctx, at) => {
    const { registrationId, aspspId, replaces, terms } = at;
    const body = { aspspId, replaces, ...((await isUnchanged(ctx, at)) ? { unchanged: true } : {}) };
    const answer = await ctx.bankGateway.submitRegistration({ params: { registrationId }, body });
    const missing = missingInAcceptedClient(terms, answer.client);
    if (missing.length > 0)
      throw errors.ERR_REGISTRATION_INCOMPLETE({ message: `The bank registered less than we asked for: ${missing.join(", ")}.`, details: { missing } });
    return lasting(answer);
  },

  validation: async ({ bankGateway }, { registrationId, aspspId, terms }) =>
    lasting(await bankGateway.validateRegistration({ params: { registrationId }, body: { aspspId, scopes: terms.scopes } })),

  activation: async ({ bankGateway }, { registrationId, aspspId }) =>
    lasting(await bankGateway.activateRegistration({ params: { registrationId }, body: { aspspId } })),
};

/**
 * Whether one by hand differs from the one it replaces in nothing but the certificates, so that nobody has to type anything in. Once a
 * bank has refused such a one, the next is for somebody to look at.
 */
async function isUnchanged({ db, environmentDocument }: Ctx, { replaces, scheme, terms, aspspId }: At): Promise<boolean> {
  const replaced = replaces === null || scheme !== "manual" ? undefined : (await getRegistration(db, replaces))?.registration;
  if (replaced?.scheme !== scheme) return false;
  const same = (others: RegistrationTerms | null) => termsDifferences(termsOf(environmentDocument, { terms: others, aspspId }), terms).length === 0;
  return same(replaced.terms) && !(await listRefusedTerms(db, replaced.registrationId)).some(same);
}

/** Has one step done by the gateway; no transaction is open meanwhile. */
export function performStep(ctx: Ctx, step: RegistrationStep, at: At): Promise<StepOutcome> {
  return performers[step](ctx, at);
}
