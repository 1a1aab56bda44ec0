import { createHash, timingSafeEqual } from "node:crypto";

/** What we remember of a state or nonce: enough to know it again, not enough to use it. */
export function stateHash(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}

export function isHashOf(hash: Buffer, value: string): boolean {
  return timingSafeEqual(hash, stateHash(value));
}
