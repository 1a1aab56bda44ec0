import { z } from "zod";
import { aspspId, isoInstant, sha256Hex, uuid } from "../model/ids.ts";
import { defineEvent } from "./define.ts";

const base = { version: 1, owner: "bank-gateway" } as const;

export const aspspConsentLost = defineEvent({
  ...base,
  type: "bank-gateway.aspsp-consent-lost",
  aggregate: "consent",
  psu: true,
  consumers: ["consent"],
  summary:
    "The consent, to read or to ask for funds, is gone: the bank says so, or we can or will not use what we hold of it any more; `by` says which of the two.",
  data: z.object({ consentId: uuid, psuId: uuid, aspspId, code: z.string(), by: z.enum(["aspsp", "tpp"]).optional() }),
});
export const aspspScaRequired = defineEvent({
  ...base,
  type: "bank-gateway.aspsp-sca-required",
  aggregate: "consent",
  psu: true,
  consumers: ["consent"],
  summary: "The bank wants to see the person before it lets us read on. Nothing is asked of it until then.",
  data: z.object({ consentId: uuid, psuId: uuid, aspspId }),
});
export const aspspDegraded = defineEvent({
  ...base,
  type: "bank-gateway.aspsp-degraded",
  aggregate: "aspsp",
  psu: false,
  consumers: ["ingest", "bff"],
  summary: "A bank does not answer as it should.",
  data: z.object({ aspspId, status: z.enum(["degraded", "down"]), since: isoInstant }),
});
export const aspspRecovered = defineEvent({
  ...base,
  type: "bank-gateway.aspsp-recovered",
  aggregate: "aspsp",
  psu: false,
  consumers: ["ingest", "bff"],
  summary: "A bank answers again.",
  data: z.object({ aspspId, since: isoInstant }),
});
export const keyExportRecorded = defineEvent({
  ...base,
  type: "bank-gateway.key-export-recorded",
  aggregate: "key-export",
  psu: false,
  consumers: [],
  summary:
    "Somebody asked for one of our private keys, or did the next step; a row was added to the audit, whose place and hash this carries out of the database.",
  data: z.object({
    exportId: uuid,
    /** Null where an attempt named an export that does not exist. */
    registrationId: uuid.nullable(),
    kid: z.string().nullable(),
    step: z.enum(["requested", "approved", "refused", "collected", "expired", "attempt-refused"]),
    /** The operator, as the id of the signing key names them; null where time alone did it. */
    operator: z.string().nullable(),
    auditPosition: z.int().positive(),
    auditHash: sha256Hex,
  }),
});
