import { z } from "zod";
import { currency } from "./accounts-wire.ts";

const amount = z.string();
/** A real calendar day of this age; a bank that answers with another means something else (BR-56). */
const day = z.iso.date().refine((date) => date >= "1970-01-01" && date <= "2100-12-31");
const text = z.string();

/** One row of `GET /accounts/{id}/transactions`. The interface calls every member optional; a row without these three says nothing. */
const opTransaction = z.object({
  archiveId: text.max(200).nullish(),
  message: text.nullish(),
  reference: text.nullish(),
  amount,
  currency,
  bookingDate: day.nullish(),
  valueDate: day.nullish(),
  paymentDate: day.nullish(),
  payer: z.object({ name: text.nullish() }).nullish(),
  recipient: z.object({ name: text.nullish(), identifier: text.nullish(), servicer: text.nullish() }).nullish(),
  proprietaryTransactionDescription: text.nullish(),
});
export type OpTransaction = z.infer<typeof opTransaction>;

/** One row of `GET /cards/{id}/transactions`; it has no id. */
const opCardTransaction = z.object({
  description: text.nullish(),
  amount,
  currency,
  originalAmount: amount.nullish(),
  originalCurrency: currency.nullish(),
  postingDate: day,
});
export type OpCardTransaction = z.infer<typeof opCardTransaction>;

/** Rows on one page; more is not a page but a flood (BR-38). */
const maxRows = 10_000;
const continuationToken = z.string().max(4096).nullish();
export const opTransactionPage = z.object({ transactions: z.array(opTransaction).max(maxRows).nullish(), continuationToken });
export const opCardTransactionPage = z.object({ transactions: z.array(opCardTransaction).max(maxRows).nullish(), continuationToken });
