import { join } from "node:path";
import { z } from "zod";
import { openJournal } from "../state/journal.ts";

const accountReference = z.looseObject({});
const accounts = z.array(accountReference).max(100).optional();
const everything = z.enum(["allAccounts", "allAccountsWithOwnerName"]).optional();

/** What a consent opens: accounts by name, accounts that the person picks (empty lists), all of them, or the list alone. */
const accessSchema = z
  .looseObject({
    accounts,
    balances: accounts,
    transactions: accounts,
    availableAccounts: everything,
    availableAccountsWithBalance: everything,
    allPsd2: everything,
  })
  .refine((access) => Object.values(access).some((value) => value !== undefined), "must name something");

const dateSchema = z.iso.date();

/** Body of a request for a consent; all five members are mandatory. */
export const consentRequestSchema = z.object({
  access: accessSchema,
  recurringIndicator: z.boolean(),
  validUntil: dateSchema,
  frequencyPerDay: z.int().min(1),
  combinedServiceIndicator: z.boolean(),
});
export type ConsentRequest = z.infer<typeof consentRequestSchema>;

const consentSchema = z.object({
  consentId: z.string(),
  organizationIdentifier: z.string(),
  request: consentRequestSchema,
  lastActionDate: z.string(),
  status: z.enum(["received", "terminatedByTpp"]),
});
export type Consent = z.infer<typeof consentSchema>;

export function openConsents(folder: string) {
  const { get, put, values, close } = openJournal<Consent>(join(folder, "consents.jsonl"), consentSchema);
  return { get, put, values, close };
}
export type Consents = ReturnType<typeof openConsents>;

/** A consent that still waits ends with its last day. */
export function statusOf({ status, request }: Consent, today: Temporal.PlainDate): "received" | "terminatedByTpp" | "expired" {
  return status === "received" && Temporal.PlainDate.compare(Temporal.PlainDate.from(request.validUntil), today) < 0 ? "expired" : status;
}
