import { z } from "zod";
import { amountWire } from "../model/amount.ts";
import { categoryId } from "../model/category.ts";
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
/** Pages hear of it by `analytics.insights-changed`. */
export const budgetExceeded = defineEvent({
  ...base,
  type: "analytics.budget-exceeded",
  aggregate: "budget-month",
  consumers: [],
  summary: "More was spent on a category in a month than the person means to; told once for each category and currency while the month lasts.",
  data: z.object({
    psuId: uuid,
    category: categoryId,
    month: isoMonth,
    limit: amountWire,
    /** Positive, above the limit: what was spent by then. */
    spent: amountWire,
  }),
});
/** Pages hear of it by `analytics.insights-changed`. */
export const insightRaised = defineEvent({
  ...base,
  type: "analytics.insight-raised",
  aggregate: "question",
  consumers: [],
  summary: "A charge was perhaps taken twice, or is far above what is usual; they are asked once.",
  data: z.object({
    psuId: uuid,
    questionId: uuid,
    kind: z.enum(["double-charge", "unusual-charge"]),
    counterpartyName: z.string(),
    amount: amountWire,
    /** Positive, where a charge is far above it: what this counterparty is usually paid, or anything in the charge's category. */
    usual: amountWire.nullable(),
    usualOf: z.enum(["counterparty", "category"]).nullable(),
    charges: z.array(z.object({ transactionId: uuid, accountId: uuid, bookingDate: isoDate })),
  }),
});
