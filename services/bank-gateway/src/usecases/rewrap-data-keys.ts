import { isOplError } from "@opl/errors";
import { rewrap } from "@opl/sealing";
import type { KeyEncryptionKey } from "@opl/sealing";
import { countDataKeysUnderOtherKek, dataKeysUnderOtherKek, replaceWrappings } from "../db/data-key-store.ts";
import type { Rewrapping, StoredDataKey } from "../db/data-key-store.ts";
import { keyContext } from "../vault/vault.ts";
import type { GatewayContext } from "./context.ts";

const atOnce = 200;
/** A vault answers so many questions at a time. */
const besideEachOther = 8;
const lowestId = "00000000-0000-0000-0000-000000000000";
/** What is wrong with one data key; everything else stops the run, which is gone on with later. */
const ofOneKey = new Set(["ERR_SEAL_BROKEN", "ERR_SEAL_KEY_UNKNOWN"]);

export interface RewrapOutcome {
  readonly changed: number;
  /** Could not be opened; each is named in the log. */
  readonly failed: number;
  /** Still under another key-encryption key: when none is, that key can go. */
  readonly left: number;
}

/**
 * Brings data keys under the key-encryption key that wraps now, some hundred at a time. At any moment each opens under exactly one key, so
 * a run that is killed is simply gone on with, and replicas may run beside each other. @throws what the key-encryption key throws
 */
export async function rewrapDataKeys(
  { db, logger }: Pick<GatewayContext, "db" | "logger">,
  kek: KeyEncryptionKey,
  signal: AbortSignal,
  onProgress: (left: number) => void = () => undefined,
): Promise<RewrapOutcome> {
  const current = await kek.currentKeyId();
  let left = await countDataKeysUnderOtherKek(db, current);
  let [changed, failed, after] = [0, 0, lowestId];
  onProgress(left);
  while (!signal.aborted) {
    const keys = await dataKeysUnderOtherKek(db, current, after, atOnce);
    const done: Rewrapping[] = [];
    for (let at = 0; at < keys.length; at += besideEachOther) {
      const some = await Promise.all(keys.slice(at, at + besideEachOther).map((key) => rewrapOne(logger, kek, key)));
      done.push(...some.filter((one) => one !== undefined));
    }
    const replaced = await replaceWrappings(db, done);
    changed += replaced;
    failed += keys.length - done.length;
    left -= replaced;
    after = keys.at(-1)?.dataKeyId ?? after;
    onProgress(left);
    if (keys.length < atOnce) break;
  }
  left = await countDataKeysUnderOtherKek(db, current);
  onProgress(left);
  if (changed + failed > 0) logger.info({ kekId: current, changed, failed, left }, "data keys wrapped anew");
  return { changed, failed, left };
}

async function rewrapOne(logger: GatewayContext["logger"], kek: KeyEncryptionKey, key: StoredDataKey): Promise<Rewrapping | undefined> {
  try {
    return { key, next: await rewrap(kek, { keyId: key.kekId, bytes: key.wrapped }, keyContext(key)) };
  } catch (error) {
    if (!isOplError(error) || !ofOneKey.has(error.code)) throw error;
    logger.error({ err: error, dataKeyId: key.dataKeyId, kekId: key.kekId }, "a data key cannot be wrapped anew");
    return undefined;
  }
}
