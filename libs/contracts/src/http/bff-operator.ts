import { z } from "zod";
import { aspsp } from "../model/aspsp.ts";
import { aspspId, isoInstant, sha256Hex, uuid } from "../model/ids.ts";
import { ownCertificate } from "../model/own-certificate.ts";
import { registration } from "../model/registration.ts";
import { plan, planAction, planDifference } from "../model/tpp-document.ts";
import { bankCredentials, certificateRequest, issuedChain, pkcs12File } from "./bank-gateway.ts";
import { defineRoute } from "./route.ts";
import * as registry from "./tpp-registry.ts";

/**
 * What the browser of an operator may ask, beside what everybody may (`bff.ts`). Every route has the role, and an address below
 * `/api/operator/`; where these pages are switched off, the addresses do not exist.
 */
const read = { callers: ["browser"], psu: "required", role: "operator", method: "GET", idempotent: true, status: 200 } as const;
const change = { callers: ["browser"], psu: "required", role: "operator", method: "POST", idempotent: false } as const;
const registrationParams = z.strictObject({ registrationId: uuid });
const certificateParams = z.strictObject({ certificateId: uuid });
/** Making a key and asking a trust service provider takes its time. */
const slowMs = 60_000;

const stepSummary = registration.shape.steps.element.omit({ artefact: true }).extend({ hasArtefact: z.boolean() });
/** A registration with its steps, without what they produced. */
export const registrationSummary = registration.omit({ steps: true }).extend({ steps: z.array(stepSummary) });
export type RegistrationSummary = z.infer<typeof registrationSummary>;

/** A bank that we are registered at, were, or try to be. */
export const operatorBank = z.object({
  aspspId,
  name: z.string(),
  health: aspsp.shape.health.nullable(),
  /** What serves people now. */
  serving: registrationSummary.nullable(),
  /** The newest one where it is not the serving one: under way, failed, or ended. */
  latest: registrationSummary.nullable(),
  /** Those before, newest first; old ones are left out. */
  earlier: z.array(registrationSummary),
  /** Until the first certificate of the serving registration ends. */
  daysLeft: z.int().nullable(),
  certificatesEnd: isoInstant.nullable(),
  /** Where the bank's own record is not what we registered, as of the last look; null where it is. */
  drift: z.object({ since: isoInstant, differences: z.array(planDifference) }).nullable(),
});
export type OperatorBank = z.infer<typeof operatorBank>;

export const listOperatorBanks = defineRoute({
  ...read,
  operationId: "listOperatorBanks",
  summary: "Banks with our registrations, step by step, and how long their certificates last.",
  path: "/api/operator/banks",
  response: z.object({ banks: z.array(operatorBank), missing: z.array(z.enum(["banks", "certificates", "drift"])) }),
});
export const getOperatorRegistration = defineRoute({
  ...read,
  operationId: "getOperatorRegistration",
  summary: "One registration with what its steps produced: signed JWTs as header and claims without their signature, secrets left out.",
  path: "/api/operator/registrations/:registrationId",
  params: registrationParams,
  response: registration,
});
export const startOperatorRegistration = defineRoute({
  ...change,
  operationId: "startOperatorRegistration",
  summary: "Register at a bank, or begin the successor of the completed registration.",
  path: "/api/operator/registrations",
  body: z.strictObject({ aspspId, renew: z.boolean().default(false) }),
  status: 202,
  response: registrationSummary,
});
export const retryOperatorRegistration = defineRoute({
  ...change,
  operationId: "retryOperatorRegistration",
  summary: "Try a running registration now, or begin a failed one anew.",
  path: "/api/operator/registrations/:registrationId/retry",
  params: registrationParams,
  status: 202,
  response: registrationSummary,
});
export const enterOperatorCredentials = defineRoute({
  ...change,
  operationId: "enterOperatorCredentials",
  summary: "Credentials a bank gave out by hand; sealed, never shown again.",
  path: "/api/operator/registrations/:registrationId/credentials",
  params: registrationParams,
  body: bankCredentials,
  status: 204,
  response: null,
});

/** What a bank is called, beside its id. */
const named = { aspspName: z.string() };
const inventoried = registry.listCertificates.response.shape.certificates.element;
const usedCertificate = inventoried.omit({ chainPem: true, usedAt: true }).extend({ usedAt: z.array(inventoried.shape.usedAt.element.extend(named)) });
const shownOwnCertificate = ownCertificate.extend({ issued: ownCertificate.shape.issued.unwrap().omit({ chainPem: true }).nullable() });
export const listOperatorCertificates = defineRoute({
  ...read,
  operationId: "listOperatorCertificates",
  summary: "Every certificate of ours once, public parts only: those that banks gave out, and those from trust service providers.",
  path: "/api/operator/certificates",
  response: z.object({
    /** Those from the banks they serve at, and those of our own that the gateway did not list. */
    certificates: z.array(usedCertificate),
    /** Each with how it serves; null until it is issued, and while the registry does not answer. */
    own: z.array(shownOwnCertificate.extend({ use: usedCertificate.pick({ status: true, daysLeft: true, usedAt: true }).nullable() })),
    /** Requests are sent to a trust service provider and answered without an operator. */
    enrolment: z.boolean(),
    missing: z.array(z.enum(["certificates", "own"])),
  }),
});
export const requestOwnCertificate = defineRoute({
  ...change,
  operationId: "requestOwnCertificate",
  summary: "Make a key and a certificate request (PKCS#10) for it; the key never leaves the gateway.",
  path: "/api/operator/own-certificates",
  timeoutMs: slowMs,
  body: certificateRequest,
  status: 201,
  response: shownOwnCertificate,
});
export const importOwnChain = defineRoute({
  ...change,
  operationId: "importOwnChain",
  summary: "The certificate that a provider issued for a request, with its chain.",
  path: "/api/operator/own-certificates/:certificateId/chain",
  params: certificateParams,
  body: issuedChain,
  status: 200,
  response: shownOwnCertificate,
});
export const importOwnPkcs12 = defineRoute({
  ...change,
  operationId: "importOwnPkcs12",
  summary: "A certificate that was brought along, with its key.",
  path: "/api/operator/own-certificates/pkcs12",
  body: pkcs12File,
  status: 201,
  response: shownOwnCertificate,
});
export const retireOwnCertificate = defineRoute({
  ...change,
  operationId: "retireOwnCertificate",
  summary: "Use a certificate of our own for no new registration.",
  path: "/api/operator/own-certificates/:certificateId/retirement",
  params: certificateParams,
  status: 200,
  response: shownOwnCertificate,
});

const shownPlan = plan.extend({ actions: z.array(planAction.extend(named)) });
export const getOperatorPlan = defineRoute({
  ...read,
  operationId: "getOperatorPlan",
  summary: "The document in force, what it still has to do, and where banks differ from it as of the last look.",
  path: "/api/operator/plan",
  response: registry.getDesiredState.response.omit({ publicOrigin: true }).extend({
    drift: z.array(registry.getDesiredState.response.shape.drift.element.extend(named)),
    plan: shownPlan.nullable(),
  }),
});
export const checkOperatorPlan = defineRoute({
  ...change,
  operationId: "checkOperatorPlan",
  summary: "Ask every bank for its own records, and plan anew.",
  path: "/api/operator/plan/check",
  timeoutMs: slowMs,
  status: 200,
  response: shownPlan,
});

/** A bank whose own description of its server is not believed; nobody is sent there until an operator has decided. */
export const quarantine = z.object({
  aspspId,
  aspspName: z.string(),
  since: isoInstant,
  /** `changed`, or the rule that is broken. */
  reason: z.string(),
  /** Members of the description (RFC 8414) that are not as they were accepted. */
  differences: z.array(planDifference),
  /** Names what would be approved: what the bank said at the last look. Null where it said nothing that can be read. */
  fingerprint: z.string().nullable(),
});
export type Quarantine = z.infer<typeof quarantine>;
const quarantineParams = z.strictObject({ aspspId });

export const listOperatorQuarantines = defineRoute({
  ...read,
  operationId: "listOperatorQuarantines",
  summary: "Banks that describe themselves otherwise than they were accepted, or wrongly, with what they said before and say now.",
  path: "/api/operator/quarantines",
  response: z.object({ quarantines: z.array(quarantine) }),
});
export const lookAtQuarantine = defineRoute({
  ...change,
  idempotent: true,
  operationId: "lookAtQuarantine",
  summary: "Read now what the bank says of itself.",
  path: "/api/operator/quarantines/:aspspId/reading",
  params: quarantineParams,
  timeoutMs: slowMs,
  status: 200,
  response: z.object({ quarantine: quarantine.nullable() }),
});
/** Wants a recent sign-in: from here on people are sent where the bank says. */
export const approveQuarantine = defineRoute({
  ...change,
  recentSignIn: true,
  operationId: "approveQuarantine",
  summary: "Go by what the bank says now, if that still is what was looked at.",
  path: "/api/operator/quarantines/:aspspId/approval",
  params: quarantineParams,
  /** The reason that was shown; one that a probe found out since is not set aside with it. */
  body: z.strictObject({ fingerprint: sha256Hex, reason: z.string().optional() }),
  timeoutMs: slowMs,
  status: 204,
  response: null,
});

export const searchDirectory = defineRoute({
  ...read,
  operationId: "searchDirectory",
  summary: "The directory of banks by part of the name, country and BIC, with what each can do.",
  path: "/api/operator/directory",
  query: registry.directoryQuery,
  response: registry.searchAspsps.response,
});

export const operatorRoutes = {
  listOperatorBanks,
  getOperatorRegistration,
  startOperatorRegistration,
  retryOperatorRegistration,
  enterOperatorCredentials,
  listOperatorCertificates,
  requestOwnCertificate,
  importOwnChain,
  importOwnPkcs12,
  retireOwnCertificate,
  getOperatorPlan,
  checkOperatorPlan,
  listOperatorQuarantines,
  lookAtQuarantine,
  approveQuarantine,
  searchDirectory,
};
