import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import { isConstraintViolation } from "@opl/postgres";
import type { Kysely } from "kysely";
import { getRawMessage, insertRawMessage } from "../db/raw-message-store.ts";
import type { RawMessage } from "../db/raw-message-store.ts";
import type { Tables } from "../db/tables.ts";
import type { Archive } from "../egress/bank-calls.ts";
import { errors } from "../errors.ts";
import { psuOwner } from "./vault.ts";
import type { SecretSlot, Vault } from "./vault.ts";

export interface ArchiveOptions {
  readonly db: Kysely<Tables>;
  readonly vault: Vault;
}

interface Belonging {
  readonly psuId: string;
  readonly consentId: string;
  readonly aspspId: string;
}

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Keeps every answer about a person as it was received: packed, sealed under the person's own key, addressed by its hash.
 * Nothing is kept for a consent that has ended: ERR_ASPSP_CONSENT_INVALID.
 */
export function archiveFor({ db, vault }: ArchiveOptions, { psuId, consentId, aspspId }: Belonging): Archive {
  return async (request, answer, hash) => {
    const packed = await compress(answer.body, { level: constants.Z_BEST_SPEED });
    const value = await vault.seal(slotOf({ psuId, aspspId, hash }), packed);
    const message: RawMessage = {
      psuId,
      hash,
      aspspId,
      operation: request.operation,
      url: request.url.href,
      statusCode: answer.status,
      contentType: answer.headers["content-type"] ?? null,
      interactionId: answer.interactionId,
      certificateThumbprint: answer.certificateThumbprint ?? null,
      receivedAt: answer.receivedAt,
      byteLength: answer.body.length,
      ...value,
    };
    try {
      // Withdrawn while the bank answered: nothing may appear behind an erasure.
      if (!(await insertRawMessage(db, message, consentId))) throw errors.ERR_ASPSP_CONSENT_INVALID();
    } catch (error) {
      // The person was forgotten while the bank answered: the key is gone, and so is the reason to know.
      if (isConstraintViolation(error, "raw_messages_data_key_id_fkey")) throw errors.ERR_BANK_CONSENT_NOT_FOUND({ cause: error });
      throw error;
    }
  };
}

/** An archived message with its body, for the person it belongs to. */
export async function readArchived({ db, vault }: ArchiveOptions, psuId: string, hash: string): Promise<{ message: RawMessage; body: Buffer } | undefined> {
  const message = await getRawMessage(db, psuId, hash);
  if (message === undefined) return undefined;
  const packed = await vault.open(slotOf(message), message);
  return { message, body: await decompress(packed) };
}

function slotOf({ psuId, aspspId, hash }: Pick<RawMessage, "psuId" | "aspspId" | "hash">): SecretSlot {
  return { owner: psuOwner(psuId), purpose: "raw-messages", aspspId, subject: hash };
}
