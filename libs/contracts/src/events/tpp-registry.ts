import { z } from "zod";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { defineEvent } from "./define.ts";

const base = { version: 1, owner: "tpp-registry", psu: false, consumers: [] } as const;

export const certificateIssued = defineEvent({
  ...base,
  type: "tpp-registry.certificate-issued",
  aggregate: "certificate",
  summary: "We hold a new certificate.",
  data: z.object({ certificateId: uuid, aspspId, purpose: z.enum(["qwac", "qsealc"]), thumbprint: z.string(), notAfter: isoInstant }),
});
export const certificateExpiring = defineEvent({
  ...base,
  version: 2,
  type: "tpp-registry.certificate-expiring",
  aggregate: "certificate",
  summary: "A certificate ends soon: at a bank it serves, or (no bank named) one of our own.",
  data: z.object({ certificateId: uuid, aspspId: aspspId.nullable(), daysLeft: z.int() }),
});
export const certificateRotated = defineEvent({
  ...base,
  type: "tpp-registry.certificate-rotated",
  aggregate: "certificate",
  summary: "A new certificate serves in the place of an older one; consents that began under the older one keep it until it ends.",
  data: z.object({ certificateId: uuid, replaces: uuid, aspspId, purpose: z.enum(["qwac", "qsealc"]), notAfter: isoInstant }),
});
export const registrationCompleted = defineEvent({
  ...base,
  type: "tpp-registry.registration-completed",
  aggregate: "registration",
  summary: "We are registered at a bank, and a token call proved it.",
  data: z.object({ registrationId: uuid, aspspId, clientId: z.string(), scopes: z.array(z.string()) }),
});
export const registrationFailed = defineEvent({
  ...base,
  type: "tpp-registry.registration-failed",
  aggregate: "registration",
  summary: "A registration stopped at a step.",
  data: z.object({ registrationId: uuid, aspspId, step: z.string(), code: z.string() }),
});
export const registrationEnded = defineEvent({
  ...base,
  type: "tpp-registry.registration-ended",
  aggregate: "registration",
  summary: "We are no longer registered at a bank: we left, or it forgot us.",
  data: z.object({ registrationId: uuid, aspspId, reason: z.enum(["left", "forgotten"]) }),
});
export const registrationDrifted = defineEvent({
  ...base,
  type: "tpp-registry.registration-drifted",
  aggregate: "registration",
  summary: "A bank's own record of our registration differs from what we registered.",
  data: z.object({ registrationId: uuid, aspspId, fields: z.array(z.string()), repairing: z.boolean() }),
});
export const desiredStateApplied = defineEvent({
  ...base,
  type: "tpp-registry.desired-state-applied",
  aggregate: "desired-state",
  summary: "Another document says at which banks we want to be registered, and how.",
  data: z.object({ revision: z.int(), documentHash: z.string(), toDo: z.int() }),
});
export const aspspChanged = defineEvent({
  ...base,
  type: "tpp-registry.aspsp-changed",
  aggregate: "aspsp",
  summary: "A bank came into the directory, left it, or offers something else than before.",
  data: z.object({ aspspId, change: z.enum(["added", "changed", "removed"]), capabilities: z.array(z.string()) }),
});
