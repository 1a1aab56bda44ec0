import { z } from "zod";
import { amountWire } from "../model/amount.ts";
import { isoDate, isoMonth, uuid } from "../model/ids.ts";
import { defineEvent } from "./define.ts";

const base = { version: 1, owner: "analytics", psu: true } as const;

export const insightsChanged = defineEvent({
  ...base,
  type: "analytics.insights-changed",
  aggregate: "psu",
  consumers: ["bff"],
  summary: "Figures of a person changed; whoever shows them may ask again.",
  data: z.object({ psuId: uuid, months: z.array(isoMonth) }),
});
export const recurringDetected = defineEvent({
  ...base,
  type: "analytics.recurring-detected",
  aggregate: "recurring",
  consumers: ["bff"],
  summary: "A payment repeats.",
  data: z.object({
    psuId: uuid,
    recurringId: uuid,
    accountId: uuid,
    counterpartyName: z.string(),
    amount: amountWire,
    cadence: z.enum(["weekly", "monthly", "quarterly", "yearly"]),
    nextDate: isoDate.nullable(),
  }),
});
