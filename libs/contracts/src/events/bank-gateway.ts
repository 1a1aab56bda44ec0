import { z } from "zod";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { defineEvent } from "./define.ts";

const base = { version: 1, owner: "bank-gateway" } as const;

export const aspspConsentLost = defineEvent({
  ...base,
  type: "bank-gateway.aspsp-consent-lost",
  aggregate: "consent",
  psu: true,
  consumers: ["consent"],
  summary: "The bank says the consent is gone.",
  data: z.object({ consentId: uuid, psuId: uuid, aspspId, code: z.string() }),
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
