import { z } from "zod";
import { aspspId, isoInstant, uuid } from "./ids.ts";

/** What a receipt is about; the last five are ends. */
export const receiptHappened = z.enum(["granted", "renewed", "reconfirmed", "withdrawn", "ended-by-us", "ended-at-bank", "expired", "replaced"]);
export type ReceiptHappened = z.infer<typeof receiptHappened>;

const told = {
  receiptId: uuid,
  consentId: uuid,
  /** Place in the chain of this permission, from 1. */
  sequence: z.int().min(1),
  /** SHA-256 (base64url) over the compact JWS of the receipt before it; null for the first. */
  previous: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .nullable(),
  happened: receiptHappened,
  at: isoInstant,
  /** The person, by an id that says nothing to anybody else. */
  person: uuid,
  purpose: z.enum(["account-information", "funds-confirmation"]),
  /** As the bank granted it; `funds` where it is about asking for funds. */
  scope: z.array(z.string().max(100)).max(20),
  /** Numbers of the accounts behind dots, as far as they were known. */
  accounts: z.array(z.string().max(40)).max(1000),
  since: isoInstant,
  until: isoInstant,
  reconfirmBy: isoInstant.nullable(),
  replaces: uuid.nullable(),
  replacedBy: uuid.nullable(),
  /** After a withdrawal: whether what was read stays. */
  dataKept: z.boolean().nullable(),
  /** Where we are reached, and where our public keys are. */
  issuer: z.url(),
  keys: z.url(),
};

/** What consent wants signed. */
export const unsignedReceipt = z.strictObject({ ...told, aspspId });
export type UnsignedReceipt = z.infer<typeof unsignedReceipt>;

/** The payload of a signed receipt. */
export const consentReceipt = z.strictObject({
  version: z.literal(1),
  ...told,
  bank: z.strictObject({ aspspId, name: z.string() }),
  /** As whom the bank knows us. */
  provider: z.strictObject({ name: z.string().nullable() }),
});
export type ConsentReceipt = z.infer<typeof consentReceipt>;

/** `typ` of the signature, so that it passes for nothing else. */
export const consentReceiptType = "consent-receipt+jws";

/** A receipt in a person's list; without `jws` while it waits to be signed. */
export const listedReceipt = z.object({ receiptId: uuid, sequence: z.int(), happened: receiptHappened, at: isoInstant, jws: z.string().nullable() });
export type ListedReceipt = z.infer<typeof listedReceipt>;
