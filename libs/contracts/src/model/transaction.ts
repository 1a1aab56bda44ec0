import { z } from "zod";
import { rawReference } from "./account.ts";
import { amountWire } from "./amount.ts";
import { isoDate, uuid } from "./ids.ts";

export const bookingStatus = z.enum(["booked", "pending"]);
export type BookingStatus = z.infer<typeof bookingStatus>;

export const counterparty = z.object({
  name: z.string().max(140).nullable(),
  iban: z.string().max(34).nullable(),
  bic: z.string().max(11).nullable(),
});

const entry = {
  bookingStatus,
  /** Signed: negative leaves the account. */
  amount: amountWire,
  /** What was paid in another currency, as the bank states it. */
  originalAmount: amountWire.nullable(),
  bookingDate: isoDate,
  valueDate: isoDate.nullable(),
  counterparty,
  remittanceInformation: z.string().max(4000).nullable(),
  /** Finnish or RF creditor reference. */
  reference: z.string().max(40).nullable(),
  /** The bank's own type text. */
  proprietaryCode: z.string().max(140).nullable(),
};

/** An entry as a bank gave it, in canonical words. */
export const aspspTransaction = z.object({
  /** The bank's id of the entry; null where it gives none. Banks repeat it (standing orders), so it is not a key by itself. */
  entryReference: z.string().min(1).max(200).nullable(),
  ...entry,
  raw: rawReference,
});
export type AspspTransaction = z.infer<typeof aspspTransaction>;

/** An entry of our ledger. `revision` grows when the bank changes it. */
export const transaction = z.object({
  transactionId: uuid,
  accountId: uuid,
  revision: z.int().positive(),
  entryReference: z.string().nullable(),
  ...entry,
  raw: rawReference,
});
export type Transaction = z.infer<typeof transaction>;
