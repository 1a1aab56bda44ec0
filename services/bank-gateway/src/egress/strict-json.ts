import { StrictJsonError, parseStrictJson } from "@opl/fapi";
import { errors } from "../errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

export interface ReceivedBody {
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** Goes into the details of a refusal, so that the archived message can be found. */
  readonly rawHash?: string;
}

/**
 * Reads the JSON of a bank: content type first, so that a maintenance page is never parsed (BR-46), then UTF-8 without
 * replacement (a byte order mark is tolerated, BR-47), then the strict reader (BR-48 to BR-52).
 * Refusals are ERR_ASPSP_PROTOCOL with the reason in the details.
 */
export function readJson({ contentType, body, rawHash }: ReceivedBody): unknown {
  if (contentType === undefined || !jsonType.test(contentType)) throw refuse("content-type", rawHash);
  let text: string;
  try {
    text = decoder.decode(body);
  } catch (error) {
    throw refuse("encoding", rawHash, error);
  }
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (error instanceof StrictJsonError) throw refuse(error.reason, rawHash, error);
    throw error;
  }
}

function refuse(reason: string, rawHash: string | undefined, cause?: unknown) {
  return errors.ERR_ASPSP_PROTOCOL({ details: { reason, ...(rawHash === undefined ? {} : { rawHash }) }, ...(cause === undefined ? {} : { cause }) });
}
