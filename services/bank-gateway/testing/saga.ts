import { randomUUID } from "node:crypto";
import type { RegistrationTerms } from "@opl/contracts/model";
import type { TestGateway } from "./gateway.ts";
import { terms, tpp } from "./terms.ts";

export interface SagaOptions {
  readonly registrationId?: string;
  readonly replaces?: string | null;
  readonly unchanged?: boolean;
  readonly terms?: Partial<RegistrationTerms>;
}

/** One registration at one bank, step by step, as the registry drives it. */
export function saga({ as }: Pick<TestGateway, "as">, aspspId: string, options: SagaOptions = {}) {
  const registry = as["tpp-registry"];
  const registrationId = options.registrationId ?? randomUUID();
  const params = { registrationId };
  const wanted: RegistrationTerms = { ...terms, ...options.terms };
  const steps = {
    registrationId,
    certificates: () => registry.issueCertificates({ params, body: { aspspId, country: tpp.country, commonName: tpp.commonName, roles: wanted.roles } }),
    statement: () => registry.buildSoftwareStatement({ params, body: { aspspId, softwareClientId: randomUUID(), terms: wanted } }),
    request: () => registry.buildRegistrationRequest({ params, body: { aspspId, terms: wanted } }),
    submission: () => registry.submitRegistration({ params, body: { aspspId, replaces: options.replaces ?? null, unchanged: options.unchanged } }),
    validation: () => registry.validateRegistration({ params, body: { aspspId, scopes: wanted.scopes } }),
    activation: () => registry.activateRegistration({ params, body: { aspspId } }),
    read: () => registry.readRegistration({ params }),
    end: () => registry.endRegistration({ params, body: { aspspId } }),
  };
  return {
    ...steps,
    /** All steps of a scheme that has them all. */
    async whole() {
      const certificates = await steps.certificates();
      const statement = await steps.statement();
      const request = await steps.request();
      const submission = await steps.submission();
      const validation = await steps.validation();
      return { certificates, statement, request, submission, validation, activation: await steps.activation() };
    },
  };
}
