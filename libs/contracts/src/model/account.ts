import { z } from "zod";
import { currencyCode } from "./amount.ts";
import { sha256Hex } from "./ids.ts";

export const accountKind = z.enum(["current", "savings", "card", "loan", "unknown"]);
export type AccountKind = z.infer<typeof accountKind>;

/** Where in which archived bank message a figure came from: hash of the bytes and a JSON pointer (RFC 6901) into them. */
export const rawReference = z.object({ hash: sha256Hex, pointer: z.string().max(200) });
export type RawReference = z.infer<typeof rawReference>;

/** An account as a bank shows it under one consent, in canonical words. */
export const aspspAccount = z.object({
  /** The bank's id, opaque, valid within the consent. */
  resourceId: z.string().min(1).max(200),
  kind: accountKind,
  iban: z.string().max(34).nullable(),
  /** Cards only; already masked by the bank. */
  maskedPan: z.string().max(30).nullable(),
  bic: z.string().max(11).nullable(),
  currency: currencyCode,
  /** What the bank calls it. */
  name: z.string().max(200),
  ownerName: z.string().max(200).nullable(),
  raw: rawReference,
});
export type AspspAccount = z.infer<typeof aspspAccount>;
