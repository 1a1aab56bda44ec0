import { z } from "zod";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { aspsp } from "../model/aspsp.ts";
import { certificateProblem, ownCertificate } from "../model/own-certificate.ts";
import { publicJwk } from "../model/public-jwk.ts";
import { certificate, registration, registrationTerms } from "../model/registration.ts";
import { plan, planDifference, tppDocument, writtenTppDocument } from "../model/tpp-document.ts";
import { defineRoute } from "./route.ts";

export const startRegistration = defineRoute({
  operationId: "startRegistration",
  summary: "Register at a bank; answers the running or completed registration when there is one. `renew` begins the successor of the completed one at once.",
  method: "POST",
  path: "/registrations",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  body: z.strictObject({ aspspId, renew: z.boolean().optional() }),
  status: 202,
  response: registration,
});
export const listRegistrations = defineRoute({
  operationId: "listRegistrations",
  summary: "Our registrations, with every step and artefact.",
  method: "GET",
  path: "/registrations",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({ registrations: z.array(registration) }),
});
export const getRegistration = defineRoute({
  operationId: "getRegistration",
  summary: "One registration.",
  method: "GET",
  path: "/registrations/:registrationId",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  params: z.strictObject({ registrationId: uuid }),
  status: 200,
  response: registration,
});
export const listCertificates = defineRoute({
  operationId: "listCertificates",
  summary: "Our certificates, each once, public parts only: what it says, how long it lasts, where it is used; and those we wait for.",
  method: "GET",
  path: "/certificates",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({
    certificates: z.array(
      certificate.omit({ aspspId: true }).extend({
        daysLeft: z.int(),
        issuer: z.string(),
        serialNumber: z.string(),
        authorityId: z.string().nullable(),
        /** From a trust service provider, with the gateway's id for it; the others came from the bank they serve at. */
        own: z.boolean(),
        /** Banks where it serves, or served. Empty for one that waits to be used. */
        usedAt: z.array(z.object({ aspspId, registrationId: uuid, current: z.boolean() })),
        problems: z.array(certificateProblem),
      }),
    ),
    /** Asked for at a trust service provider and not issued yet: there is nothing but a key and a request. */
    awaited: z.array(ownCertificate.pick({ certificateId: true, purpose: true, keyType: true, createdAt: true, csrPem: true })),
    /** The gateway did not answer: our own certificates are those of the last time it did. */
    stale: z.boolean(),
  }),
});
export const retryRegistration = defineRoute({
  operationId: "retryRegistration",
  summary: "Try now: a running registration at once, a failed one by a new registration.",
  method: "POST",
  path: "/registrations/:registrationId/retry",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  params: z.strictObject({ registrationId: uuid }),
  status: 202,
  response: registration,
});

export const planDesiredState = defineRoute({
  operationId: "planDesiredState",
  summary: "What applying a document would do; without one, what the document in force still has to do.",
  method: "POST",
  path: "/desired-state/plan",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  timeoutMs: 30_000,
  body: z.strictObject({
    document: writtenTppDocument.nullable(),
    /** Ask every bank for its own records first; otherwise what the last look found counts. */
    refresh: z.boolean().default(false),
  }),
  status: 200,
  response: plan,
});
export const applyDesiredState = defineRoute({
  operationId: "applyDesiredState",
  summary: "Make this document the desired state; what is to do begins at once and goes on until it is done. The same document again changes nothing.",
  method: "PUT",
  path: "/desired-state",
  callers: ["operator"],
  psu: "none",
  idempotent: true,
  timeoutMs: 30_000,
  body: z.strictObject({ document: writtenTppDocument }),
  status: 202,
  response: z.object({ revision: z.int(), plan }),
});
export const getDesiredState = defineRoute({
  operationId: "getDesiredState",
  summary: "The document in force, and where banks differ from it as of the last look.",
  method: "GET",
  path: "/desired-state",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({
    /** 0: none was applied, this one is made from the environment. */
    revision: z.int(),
    appliedAt: isoInstant.nullable(),
    /** Complete: what was left out is filled in. */
    document: tppDocument,
    /** Where people reach this platform; a document that says nothing of it follows. */
    publicOrigin: z.string(),
    drift: z.array(z.object({ aspspId, registrationId: uuid, since: isoInstant, differences: z.array(planDifference) })),
    checkedAt: isoInstant.nullable(),
  }),
});
export const directoryQuery = z.strictObject({
  name: z.string().max(100).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  /** 8 or 11 characters; 8 stand for every branch. */
  bic: z
    .string()
    .regex(/^[A-Z0-9]{8}([A-Z0-9]{3})?$/)
    .optional(),
});
export const searchAspsps = defineRoute({
  operationId: "searchAspsps",
  summary: "The directory of banks: by part of the name, country and BIC; what each can do comes from its adapter.",
  method: "GET",
  path: "/aspsps",
  callers: ["operator", "bff"],
  psu: "none",
  idempotent: true,
  query: directoryQuery,
  status: 200,
  response: z.object({
    aspsps: z.array(
      aspsp.extend({
        registration: z.object({ registrationId: uuid, status: registration.shape.status, step: registration.shape.step, terms: registrationTerms }).nullable(),
      }),
    ),
  }),
});
export const readJwks = defineRoute({
  operationId: "readJwks",
  summary: "Our public key set (RFC 7517): current keys, and retired ones for a while.",
  method: "GET",
  path: "/jwks",
  callers: ["bff", "operator"],
  psu: "none",
  idempotent: true,
  status: 200,
  response: z.object({ keys: z.array(publicJwk) }),
});

export const tppRegistryRoutes = {
  startRegistration,
  listRegistrations,
  getRegistration,
  retryRegistration,
  listCertificates,
  planDesiredState,
  applyDesiredState,
  getDesiredState,
  searchAspsps,
  readJwks,
};
