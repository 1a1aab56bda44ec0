import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { errors } from "./errors.ts";

/** What a sealed value belongs to; a value moved elsewhere does not open. */
export type AssociatedData = Readonly<Record<string, string>>;

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** One text for one set of names and values, whatever the order; lengths in front leave no ambiguity. */
export function canonical(aad: AssociatedData): Buffer {
  const entries = Object.entries(aad).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(
    entries.flat().flatMap((text) => {
      const bytes = Buffer.from(text, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** AES-256-GCM with a fresh random 96-bit nonce: nonce, tag, ciphertext. */
export function encrypt(key: Buffer, plaintext: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** @throws ERR_SEAL_BROKEN without a word about which part did not fit */
export function decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  try {
    if (sealed.length < nonceBytes + tagBytes) throw new Error("too short");
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch (cause) {
    throw errors.ERR_SEAL_BROKEN({ cause });
  }
}
