import { z } from "zod";

export const currencyCode = z.string().regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)");
/** Signed decimal text with exactly the decimals of its currency; never a JSON number. */
export const amountWire = z.object({
  amount: z.string().regex(/^-?\d{1,18}(\.\d{1,4})?$/, "decimal text such as -12.50"),
  currency: currencyCode,
});
export type AmountWire = z.infer<typeof amountWire>;
