import { wasNotTaken, wasRefused } from "../egress/failure.ts";
import { errors } from "../errors.ts";

/** What is kept of a request that makes a client at the bank. */
export interface Creation {
  /** One that was sent before and has no answer. */
  readonly unanswered: string | undefined;
  /** Kept for good before it is sent. */
  readonly sending: (request: string) => Promise<void>;
  /** The bank made no client of it. */
  readonly notTaken: () => Promise<void>;
}

/**
 * Sends a request that makes a client so that never two come of it. One without an answer is sent again only where the bank tells the
 * same request apart (`refusesReplays`: by its `jti`), and then unchanged. @throws ERR_REGISTRATION_OUTCOME_UNKNOWN
 */
export async function createOnce<Reply>(
  { unanswered, sending, notTaken }: Creation,
  { request, refusesReplays }: { readonly request: string; readonly refusesReplays: boolean },
  send: (request: string) => Promise<Reply>,
): Promise<Reply> {
  if (unanswered !== undefined && !refusesReplays) throw errors.ERR_REGISTRATION_OUTCOME_UNKNOWN();
  if (unanswered === undefined) await sending(request);
  try {
    return await send(unanswered ?? request);
  } catch (error) {
    if (unanswered === undefined && wasNotTaken(error)) await notTaken();
    // Refused as seen before, or as run out meanwhile: either way the first sending may have made a client.
    if (unanswered !== undefined && wasRefused(error)) throw errors.ERR_REGISTRATION_OUTCOME_UNKNOWN({ cause: error });
    throw error;
  }
}
