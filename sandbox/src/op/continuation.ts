import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "../state/atomic-file.ts";

/** Where reading goes on: below this entry, on this page, of this list of this authorization. */
const placeSchema = z.object({
  authorizationId: z.string(),
  listId: z.string(),
  /** Last entry already answered; undefined only in tokens made by a fault. */
  after: z.object({ date: z.string(), sequence: z.number() }).optional(),
  page: z.int().positive(),
  /** Makes tokens of the same place differ where a fault needs endless new ones. */
  salt: z.string().optional(),
});
export type Place = z.infer<typeof placeSchema>;

/** Continuation tokens that only this bank can read: sealed, so nobody comes to depend on what is inside. */
export interface ContinuationTokens {
  seal(place: Place): string;
  /** Undefined for anything this bank did not seal. */
  open(token: string): Place | undefined;
}

export function openContinuationTokens(folder: string): ContinuationTokens {
  const file = join(folder, "continuation.key");
  makeFolderFor(file);
  const stored = readFileIfPresent(file);
  const key = stored === undefined ? randomBytes(32) : Buffer.from(stored, "base64url");
  if (stored === undefined) writeFileAtomic(file, key.toString("base64url"));
  return {
    seal(place) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(place), "utf8"), cipher.final(), cipher.getAuthTag()]);
      // Plain base64 on purpose: its + / = make clients encode the token, as an opaque one asks for.
      return sealed.toString("base64");
    },
    open(token) {
      try {
        const sealed = Buffer.from(token, "base64");
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
        decipher.setAuthTag(sealed.subarray(-16));
        const text = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8");
        return placeSchema.parse(JSON.parse(text));
      } catch {
        return undefined;
      }
    },
  };
}
