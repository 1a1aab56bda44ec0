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
  type: "tpp-registry.certificate-expiring",
  aggregate: "certificate",
  summary: "A certificate ends soon.",
  data: z.object({ certificateId: uuid, aspspId, daysLeft: z.int() }),
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
