import { readFileSync } from "node:fs";
import { isOplError } from "@opl/errors";
import { canonical, decrypt, encrypt, keyBytes } from "./aes-gcm.ts";
import type { AssociatedData } from "./aes-gcm.ts";
import { errors } from "./errors.ts";

/** A data key under a key-encryption key: which one, and the sealed bytes. */
export interface WrappedKey {
  readonly keyId: string;
  readonly bytes: Buffer;
}

/** The port to whatever holds the key-encryption keys: a file, or a vault that never lets them out. */
export interface KeyEncryptionKey {
  /** The key that wraps now; older ones still unwrap. @throws ERR_KEK_UNAVAILABLE, ERR_KEK_PROTOCOL from a vault, as do all three */
  currentKeyId(): Promise<string>;
  wrap(dataKey: Buffer, aad: AssociatedData): Promise<WrappedKey>;
  /** @throws ERR_SEAL_KEY_UNKNOWN, ERR_SEAL_BROKEN */
  unwrap(wrapped: WrappedKey, aad: AssociatedData): Promise<Buffer>;
}

const idPattern = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const defaultId = "kek";

/**
 * Keys from a file: 32 bytes in base64, or lines of `<id>:<base64>` of which the first wraps and all unwrap. Rotation is
 * a new first line, re-wrapping, and the removal of the old line.
 */
export function fileKek(path: string): KeyEncryptionKey {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw errors.ERR_KEYRING_UNUSABLE({ cause, message: `The key file ${path} cannot be read.` });
  }
  return keyring(text, path);
}

/** The same from the file's text. `origin` names it in errors; nothing of the text is ever told. */
export function keyring(text: string, origin = "the keyring"): KeyEncryptionKey {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const keys = new Map(lines.map((line, index) => parseLine(line, index, origin)));
  if (keys.size === 0 || keys.size !== lines.length)
    throw errors.ERR_KEYRING_UNUSABLE({ message: `${origin} holds ${keys.size === 0 ? "no key" : "one id twice"}.` });
  const [[keyId, current]] = [...keys] as [[string, Buffer]];
  return {
    currentKeyId: () => Promise.resolve(keyId),
    wrap: (dataKey, aad) => Promise.resolve({ keyId, bytes: encrypt(current, dataKey, bound(keyId, aad)) }),
    unwrap: async (wrapped, aad) => {
      const key = keys.get(wrapped.keyId);
      if (key === undefined) throw errors.ERR_SEAL_KEY_UNKNOWN({ details: { keyId: wrapped.keyId } });
      return decrypt(key, wrapped.bytes, bound(wrapped.keyId, aad));
    },
  };
}

/** Wraps with one and unwraps with whichever knows the key: for the time between two places where keys are held. */
export function kekInTransition(current: KeyEncryptionKey, former: KeyEncryptionKey): KeyEncryptionKey {
  return {
    currentKeyId: () => current.currentKeyId(),
    wrap: (dataKey, aad) => current.wrap(dataKey, aad),
    unwrap: async (wrapped, aad) => {
      try {
        return await current.unwrap(wrapped, aad);
      } catch (error) {
        if (!isOplError(error) || error.code !== errors.ERR_SEAL_KEY_UNKNOWN.code) throw error;
        return former.unwrap(wrapped, aad);
      }
    },
  };
}

function parseLine(line: string, index: number, origin: string): readonly [string, Buffer] {
  const at = line.indexOf(":");
  const id = at === -1 ? defaultId : line.slice(0, at);
  const key = Buffer.from(line.slice(at + 1), "base64");
  if (!idPattern.test(id) || key.length !== keyBytes || key.toString("base64").replace(/=+$/, "") !== line.slice(at + 1).replace(/=+$/, "")) {
    throw errors.ERR_KEYRING_UNUSABLE({ message: `Line ${index + 1} of ${origin} is not <id>:<32 bytes in base64>.` });
  }
  return [id, key];
}

function bound(keyId: string, aad: AssociatedData): Buffer {
  return canonical({ ...aad, "opl:use": "wrap", "opl:key": keyId });
}
