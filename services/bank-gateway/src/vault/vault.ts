import { generateDataKey, open, seal } from "@opl/sealing";
import type { KeyEncryptionKey } from "@opl/sealing";
import type { Executor } from "@opl/postgres";
import type { Clock } from "@opl/service";
import type { Kysely } from "kysely";
import { findDataKey, getDataKey, insertDataKey } from "../db/data-key-store.ts";
import type { StoredDataKey } from "../db/data-key-store.ts";
import type { Tables } from "../db/tables.ts";

type SecretPurpose =
  | "tokens"
  | "payment-tokens"
  | "funds-tokens"
  | "payment-requests"
  | "raw-messages"
  | "tpp-secrets"
  | "own-keys"
  | "receipt-keys"
  | "revocations";

/** What a sealed value belongs to; it opens nowhere else. */
export interface SecretSlot {
  readonly owner: "tpp" | `psu:${string}`;
  readonly purpose: SecretPurpose;
  /** `-` for what belongs to no bank. */
  readonly aspspId: string;
  /** The row: consent, registration and name, certificate, or hash. */
  readonly subject: string;
}

export interface SealedValue {
  readonly dataKeyId: string;
  readonly sealed: Buffer;
}

export interface Vault {
  /** Makes sure that a key is there before a transaction needs it. */
  prepare(owner: SecretSlot["owner"], purpose: SecretPurpose): Promise<void>;
  /** @param lookup inside a transaction: that one, so that finding a key takes no second connection */
  seal(slot: SecretSlot, plaintext: Buffer | string, lookup?: Executor<Tables>): Promise<SealedValue>;
  open(slot: SecretSlot, value: SealedValue, lookup?: Executor<Tables>): Promise<Buffer>;
}

export interface VaultOptions {
  /** New keys are made here and never in a transaction: one that is rolled back after it was remembered would seal what nothing can open. */
  readonly db: Kysely<Tables>;
  readonly kek: KeyEncryptionKey;
  readonly clock: Clock;
  readonly newId: () => string;
}

export const psuOwner = (psuId: string): `psu:${string}` => `psu:${psuId}`;

/** How many unwrapped data keys are kept at hand. */
const maxKeysAtHand = 2_000;

/**
 * Seals secrets under a data key of their owner and purpose. Unwrapped keys stay in memory so that a call to a bank does
 * not wait for the vault of the key-encryption key; a shredded key takes its sealed rows with it, so a copy here opens nothing.
 */
export function createVault({ db, kek, clock, newId }: VaultOptions): Vault {
  const byId = new Map<string, Promise<Buffer>>();
  const idByOwner = new Map<string, string>();

  function unwrap(key: StoredDataKey): Promise<Buffer> {
    let plain = byId.get(key.dataKeyId);
    if (plain === undefined) {
      plain = kek.unwrap({ keyId: key.kekId, bytes: key.wrapped }, keyContext(key));
      remember(byId, key.dataKeyId, plain);
      plain.catch(() => byId.delete(key.dataKeyId));
    }
    return plain;
  }

  async function keyFor(lookup: Executor<Tables>, owner: string, purpose: string): Promise<{ dataKeyId: string; plain: Buffer }> {
    const known = idByOwner.get(`${owner} ${purpose}`);
    const atHand = known === undefined ? undefined : byId.get(known);
    if (known !== undefined && atHand !== undefined) return { dataKeyId: known, plain: await atHand };
    const stored = (await findDataKey(lookup, owner, purpose)) ?? (await create(owner, purpose));
    remember(idByOwner, `${owner} ${purpose}`, stored.dataKeyId);
    return { dataKeyId: stored.dataKeyId, plain: await unwrap(stored) };
  }

  async function create(owner: string, purpose: string): Promise<StoredDataKey> {
    const dataKeyId = newId();
    const { wrapped } = await generateDataKey(kek, keyContext({ dataKeyId, owner, purpose }));
    await insertDataKey(db, { dataKeyId, owner, purpose, kekId: wrapped.keyId, wrapped: wrapped.bytes }, clock.now());
    const stored = await findDataKey(db, owner, purpose);
    if (stored === undefined) throw new TypeError("A data key vanished while it was made.");
    return stored;
  }

  return {
    async prepare(owner, purpose) {
      await keyFor(db, owner, purpose);
    },
    async seal(slot, plaintext, lookup = db) {
      const { dataKeyId, plain } = await keyFor(lookup, slot.owner, slot.purpose);
      return { dataKeyId, sealed: seal(plain, plaintext, valueContext(slot, dataKeyId)) };
    },
    async open(slot, { dataKeyId, sealed }, lookup = db) {
      const atHand = byId.get(dataKeyId);
      const stored = atHand === undefined ? await getDataKey(lookup, dataKeyId) : undefined;
      if (atHand === undefined && stored === undefined) throw new TypeError("The data key of a sealed value is gone.");
      const plain = await (atHand ?? unwrap(stored as StoredDataKey));
      return open(plain, sealed, valueContext(slot, dataKeyId));
    },
  };
}

/** What a wrapped data key belongs to; needed to open it again. */
export function keyContext({ dataKeyId, owner, purpose }: Pick<StoredDataKey, "dataKeyId" | "owner" | "purpose">): Record<string, string> {
  return { dataKeyId, owner, purpose };
}

function valueContext({ owner, purpose, aspspId, subject }: SecretSlot, dataKeyId: string): Record<string, string> {
  return { owner, purpose, aspspId, subject, dataKeyId };
}

/** Bounded: the entry that was put in first leaves first. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size <= maxKeysAtHand) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
