import { rewrap } from "@opl/sealing";
import type { KeyEncryptionKey } from "@opl/sealing";
import { dataKeysUnderOtherKek, replaceWrapping } from "../db/data-key-store.ts";
import { keyContext } from "../vault/vault.ts";
import type { GatewayContext } from "./context.ts";

const atOnce = 200;

/**
 * Brings data keys under the key-encryption key that wraps now. At any moment each opens under exactly one of the keys
 * in the file, so a run that is killed is simply gone on with. @returns how many were changed
 */
export async function rewrapDataKeys({ db }: Pick<GatewayContext, "db">, kek: KeyEncryptionKey, signal: AbortSignal): Promise<number> {
  let changed = 0;
  for (;;) {
    const keys = await dataKeysUnderOtherKek(db, kek.keyId, atOnce);
    for (const key of keys) {
      if (signal.aborted) return changed;
      const wrapped = await rewrap(kek, { keyId: key.kekId, bytes: key.wrapped }, keyContext(key));
      if (await replaceWrapping(db, key, wrapped)) changed += 1;
    }
    if (keys.length < atOnce) return changed;
  }
}
