import { createHash, randomBytes } from 'node:crypto';
import { canonical, decrypt, encrypt, keyBytes } from './aes-gcm.ts';
import type { AssociatedData } from './aes-gcm.ts';
import { errors } from './errors.ts';
import type { KeyEncryptionKey, WrappedKey } from './keyring.ts';

/** A data key, open in memory; its bytes show themselves to nothing but this package. */
export class DataKey {
  readonly #bytes: Buffer;
  /** Eight bytes of its hash: says which key sealed a value without telling anything of it. */
  readonly fingerprint: Buffer;

  constructor(bytes: Buffer) {
    if (bytes.length !== keyBytes) throw errors.ERR_KEYRING_UNUSABLE({ message: 'A data key has 32 bytes.' });
    this.#bytes = bytes;
    this.fingerprint = createHash('sha256').update('opl data key').update(bytes).digest().subarray(0, 8);
  }

  /** For wrapping only. */
  bytes(): Buffer {
    return this.#bytes;
  }

  toJSON(): string {
    return '[secret]';
  }
}

export interface GeneratedKey {
  readonly plaintext: DataKey;
  readonly wrapped: WrappedKey;
}

export interface Sealer {
  /** The key-encryption key that wraps now. */
  readonly keyId: string;
  /** A new data key; `aad` says whose it is and is needed to open it again. */
  generateDataKey(aad: AssociatedData): Promise<GeneratedKey>;
  /** @throws ERR_SEAL_KEY_UNKNOWN, ERR_SEAL_BROKEN */
  openDataKey(wrapped: WrappedKey, aad: AssociatedData): Promise<DataKey>;
  /** The same data key under the current key-encryption key, for the rotation job; unchanged when it already is. */
  rewrap(wrapped: WrappedKey, aad: AssociatedData): Promise<WrappedKey>;
  /** version (1 byte), data key fingerprint (8), nonce (12), tag (16), ciphertext. */
  seal(dataKey: DataKey, plaintext: Buffer | string, aad: AssociatedData): Buffer;
  /** @throws ERR_SEAL_BROKEN when anything differs: bytes, key, or what the value belongs to */
  open(dataKey: DataKey, sealed: Buffer, aad: AssociatedData): Buffer;
}

const version = 1;
const headBytes = 9;

/** Envelope encryption (design D16): values under data keys, data keys under a key-encryption key. */
export function createSealer({ kek }: { readonly kek: KeyEncryptionKey }): Sealer {
  return {
    keyId: kek.keyId,
    async generateDataKey(aad) {
      const bytes = randomBytes(keyBytes);
      return { plaintext: new DataKey(bytes), wrapped: await kek.wrap(bytes, aad) };
    },
    openDataKey: async (wrapped, aad) => new DataKey(await kek.unwrap(wrapped, aad)),
    rewrap: async (wrapped, aad) => (wrapped.keyId === kek.keyId ? wrapped : kek.wrap(await kek.unwrap(wrapped, aad), aad)),
    seal,
    open,
  };
}

export function seal(dataKey: DataKey, plaintext: Buffer | string, aad: AssociatedData): Buffer {
  const head = Buffer.concat([Buffer.of(version), dataKey.fingerprint]);
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
  return Buffer.concat([head, encrypt(dataKey.bytes(), bytes, bound(head, aad))]);
}

export function open(dataKey: DataKey, sealed: Buffer, aad: AssociatedData): Buffer {
  const head = sealed.subarray(0, headBytes);
  if (head.length < headBytes || head[0] !== version || !head.subarray(1).equals(dataKey.fingerprint)) throw errors.ERR_SEAL_BROKEN();
  return decrypt(dataKey.bytes(), sealed.subarray(headBytes), bound(head, aad));
}

/** The head is authenticated too, so that no version or key can be pretended. */
function bound(head: Buffer, aad: AssociatedData): Buffer {
  return Buffer.concat([head, canonical({ ...aad, 'opl:use': 'seal' })]);
}
