import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Random alphanumerics, each character equally likely. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += alphabet.charAt(byte % alphabet.length);
  }
  return text;
}

/** The bank keeps secrets and tokens only as this digest. */
export function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

export function sameDigest(secret: string, expected: string): boolean {
  const actual = Buffer.from(digest(secret));
  const wanted = Buffer.from(expected);
  return actual.length === wanted.length && timingSafeEqual(actual, wanted);
}
