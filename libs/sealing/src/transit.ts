import { canonical, keyBytes } from "./aes-gcm.ts";
import type { AssociatedData } from "./aes-gcm.ts";
import { errors } from "./errors.ts";
import type { KeyEncryptionKey } from "./keyring.ts";
import { transitClient } from "./transit-client.ts";
import type { TransitAnswer, TransitClientOptions } from "./transit-client.ts";

export interface TransitOptions extends TransitClientOptions {
  /** Name of the key in the vault, of a type that takes associated data (`aes256-gcm96`). */
  readonly key: string;
  /** Where the engine is mounted; `transit` by default. */
  readonly mount?: string;
}

const ciphertextForm = /^vault:v([1-9]\d{0,8}):[A-Za-z0-9+/]+={0,2}$/;
/** A wrapped data key has about 100 characters. */
const maxCiphertext = 1_024;

/**
 * A key that never leaves a vault with the HTTP interface of the transit secrets engine (HashiCorp Vault, OpenBao). Key ids are
 * `transit:<key>:v<N>`; rotating the key in the vault is seen at once, and re-wrapping finds what older versions wrapped.
 */
export function transitKek({ key, mount = "transit", ...options }: TransitOptions): KeyEncryptionKey {
  const ask = transitClient(options);
  const at = (operation: string): string => `/v1/${mount}/${operation}/${encodeURIComponent(key)}`;
  const idOf = (version: string): string => `transit:${key}:v${version}`;
  const associated = (aad: AssociatedData): string => canonical({ ...aad, "opl:use": "wrap", "opl:key": `transit:${key}` }).toString("base64");

  return {
    async currentKeyId() {
      const version = dataOf(await ask("GET", at("keys"))).latest_version;
      if (!Number.isSafeInteger(version) || (version as number) < 1) throw notAgreed("The vault told no version of the key.");
      return idOf(String(version));
    },

    async wrap(dataKey, aad) {
      const { ciphertext } = dataOf(await ask("POST", at("encrypt"), { plaintext: dataKey.toString("base64"), associated_data: associated(aad) }));
      const version = versionOf(ciphertext);
      if (version === undefined) throw notAgreed("The vault answered with something else than a ciphertext.");
      return { keyId: idOf(version), bytes: Buffer.from(ciphertext as string, "ascii") };
    },

    async unwrap({ keyId, bytes }, aad) {
      if (!keyId.startsWith(idOf(""))) throw errors.ERR_SEAL_KEY_UNKNOWN({ details: { keyId } });
      const ciphertext = bytes.toString("latin1");
      const version = versionOf(ciphertext);
      if (version === undefined || keyId !== idOf(version)) throw errors.ERR_SEAL_BROKEN();
      const answer = await ask("POST", at("decrypt"), { ciphertext, associated_data: associated(aad) });
      // The vault says in words alone whether it holds that version no more, or the ciphertext does not fit.
      if (/too old|too new|larger than the latest/i.test(answer.reasons)) throw errors.ERR_SEAL_KEY_UNKNOWN({ details: { keyId } });
      if (/invalid ciphertext|unable to decrypt|could not decrypt|authentication failed/i.test(answer.reasons)) throw errors.ERR_SEAL_BROKEN();
      const { plaintext } = dataOf(answer);
      const dataKey = Buffer.from(typeof plaintext === "string" ? plaintext : "", "base64");
      if (dataKey.length !== keyBytes) throw notAgreed("The vault opened something that is no data key.");
      return dataKey;
    },
  };
}

function versionOf(ciphertext: unknown): string | undefined {
  return typeof ciphertext === "string" && ciphertext.length <= maxCiphertext ? ciphertextForm.exec(ciphertext)?.[1] : undefined;
}

function dataOf({ status, body, reasons }: TransitAnswer): Readonly<Record<string, unknown>> {
  if (/key not found/i.test(reasons))
    throw errors.ERR_KEK_UNAVAILABLE({ message: "The vault has no such key: make it, or correct its name and mount.", details: { reason: "key" } });
  if (status !== 200) throw notAgreed("The vault refused a question (400): is its key of a type that takes associated data?");
  const data = (body as { data?: unknown } | undefined)?.data;
  if (typeof data !== "object" || data === null) throw notAgreed("The vault gave an answer without data.");
  return data as Readonly<Record<string, unknown>>;
}

function notAgreed(message: string) {
  return errors.ERR_KEK_PROTOCOL({ message });
}
