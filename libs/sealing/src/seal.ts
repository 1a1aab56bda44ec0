import { createHash, randomBytes } from "node:crypto";
import { canonical, decrypt, encrypt, keyBytes } from "./aes-gcm.ts";
import type { AssociatedData } from "./aes-gcm.ts";
import { errors } from "./errors.ts";
import type { KeyEncryptionKey, WrappedKey } from "./keyring.ts";

export interface GeneratedKey {
  /** 32 bytes; never leave the process and are never logged. */
  readonly plaintext: Buffer;
  /** What is stored. */
  readonly wrapped: WrappedKey;
}

const version = 1;
const fingerprintBytes = 8;
const headBytes = 1 + fingerprintBytes;

/** A new data key under the key-encryption key; `aad` says whose it is and is needed to unwrap it again. */
export async function generateDataKey(kek: KeyEncryptionKey, aad: AssociatedData): Promise<GeneratedKey> {
  const plaintext = randomBytes(keyBytes);
  return { plaintext, wrapped: await kek.wrap(plaintext, aad) };
}

/** The same data key under the key that wraps now. The new wrapping is opened before it is given: it takes the place of the only one. */
export async function rewrap(kek: KeyEncryptionKey, wrapped: WrappedKey, aad: AssociatedData): Promise<WrappedKey> {
  const plaintext = await kek.unwrap(wrapped, aad);
  const next = await kek.wrap(plaintext, aad);
  const opened = await kek.unwrap(next, aad);
  if (!opened.equals(plaintext)) throw errors.ERR_SEAL_BROKEN();
  return next;
}

/**
 * Seals a value: version (1 byte), fingerprint of the data key (8), nonce (12), tag (16), ciphertext. `aad` says where
 * the value belongs; it opens nowhere else.
 */
export function seal(dataKey: Buffer, plaintext: Uint8Array | string, aad: AssociatedData): Buffer {
  const head = Buffer.concat([Buffer.of(version), fingerprintOf(dataKey)]);
  const bytes = typeof plaintext === "string" ? Buffer.from(plaintext, "utf8") : Buffer.from(plaintext);
  return Buffer.concat([head, encrypt(dataKey, bytes, bound(head, aad))]);
}

/** @throws ERR_SEAL_BROKEN when anything differs: the bytes, the key, or where the value belongs */
export function open(dataKey: Buffer, sealed: Buffer, aad: AssociatedData): Buffer {
  const head = sealed.subarray(0, headBytes);
  if (head.length < headBytes || head[0] !== version || !head.subarray(1).equals(fingerprintOf(dataKey))) throw errors.ERR_SEAL_BROKEN();
  return decrypt(dataKey, sealed.subarray(headBytes), bound(head, aad));
}

/** Says which key sealed a value without telling anything of the key. */
function fingerprintOf(dataKey: Buffer): Buffer {
  if (dataKey.length !== keyBytes) throw errors.ERR_KEYRING_UNUSABLE({ message: `A data key has ${keyBytes} bytes.` });
  return createHash("sha256").update("opl data key").update(dataKey).digest().subarray(0, fingerprintBytes);
}

/** The head is authenticated too, so that no version or key can be pretended. */
function bound(head: Buffer, aad: AssociatedData): Buffer {
  return Buffer.concat([head, canonical({ ...aad, "opl:use": "seal" })]);
}
