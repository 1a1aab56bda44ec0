import { z } from "zod";

const amount = z.string();
export const currency = z.string().regex(/^[A-Z]{3}$/);
/** An id that becomes part of a path; NUL cannot be stored. */
export const opaqueId = z
  .string()
  .min(1)
  .max(190)
  .refine((id) => !id.includes("\0") && id !== "." && id !== "..");

/** One account of `GET /accounts`. */
const opAccount = z.object({
  accountId: opaqueId,
  productName: z.string(),
  identifierSchema: z.string(),
  identifier: z.string(),
  servicerSchema: z.string(),
  servicer: z.string(),
  owner: z.string(),
  netBalance: amount,
  grossBalance: amount,
  coverReservationAmount: amount.nullish(),
  currency,
});
export type OpAccount = z.infer<typeof opAccount>;
/** A bare array, no envelope. */
export const opAccounts = z.array(opAccount).max(1000);

/** One card of `GET /cards`; it has neither a balance nor a currency. */
const opCard = z.object({ cardId: opaqueId, productName: z.string(), cardNumber: z.string() });
export const opCards = z.array(opCard).max(1000);
