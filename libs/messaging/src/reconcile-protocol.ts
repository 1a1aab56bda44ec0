import { randomUUID } from "node:crypto";
import type { EventContract } from "@opl/contracts/events";
import { errors as natsErrors } from "@nats-io/transport-node";
import { sql } from "kysely";
import { z } from "zod";
import type { Messaging } from "./connection.ts";
import { errors } from "./errors.ts";
import { answerSubjectOf, askSubjectOf } from "./permissions.ts";

/** Ids in one message at the most; keeps it under 100 kB. */
export const idsAtOnce = 1_000;
const timeoutMs = 5_000;
/** Those of a million facts take about two seconds. */
const digestsTimeoutMs = 20_000;

const instant = z.iso.datetime();
const wholeNumber = z.string().regex(/^\d{1,19}$/);
const version = z.int().nonnegative();

/**
 * What a consumer may ask the producer of a fact, by request and reply on subjects that no stream holds:
 * - `digests`: a count and a hash of the facts of each closed bucket; of the last hours, or of all days that are compared
 * - `ids`: the facts of one bucket, by id, in pages
 * - `again`: sends facts again that were acknowledged up to that sequence and did not arrive
 * - `versions`: sends again what is between two versions of one aggregate
 */
export const question = z.discriminatedUnion("ask", [
  z.object({ ask: z.literal("digests"), whole: z.boolean() }),
  z.object({ ask: z.literal("ids"), from: instant, after: z.uuid().nullable(), until: z.uuid().nullable() }),
  z.object({ ask: z.literal("again"), ids: z.array(z.uuid()).max(idsAtOnce), upTo: wholeNumber }),
  z.object({ ask: z.literal("versions"), aggregateId: z.string().max(200), after: version, before: version }),
]);
export type Question = z.infer<typeof question>;

export interface Digest {
  readonly from: string;
  readonly count: number;
  readonly hash: string;
}

export interface ProducedFact {
  readonly id: string;
  readonly at: string;
  /** Deleted because a person is forgotten: it is not sent again. */
  readonly forgotten: boolean;
}

const answers = {
  digests: z.object({
    from: instant,
    to: instant,
    /** The highest sequence the broker acknowledged. */
    acknowledged: wholeNumber,
    buckets: z.array(z.object({ from: instant, count: z.int(), hash: z.string() })),
  }),
  ids: z.object({ facts: z.array(z.object({ id: z.uuid(), at: instant, forgotten: z.boolean() })), more: z.boolean() }),
  again: z.object({ again: z.int() }),
  versions: z.object({ known: z.int(), again: z.int() }),
};
export type Answer<Ask extends Question["ask"] = Question["ask"]> = z.infer<(typeof answers)[Ask]>;

/** One 5-minute bucket a row, by the time at which the fact happened; the hash does not depend on an order. */
export const digestColumns = sql`
  date_bin('5 minutes', occurred_at, 'epoch') as "from", count(*)::int as count, bit_xor(hashtextextended(event_id::text, 0))::text as hash`;

/** The facts of one bucket, for a `where`. */
export function inBucket(from: string) {
  return sql`occurred_at >= ${from}::timestamptz and occurred_at < ${from}::timestamptz + interval '5 minutes'`;
}

/**
 * Asks the producer of a fact.
 * @throws ERR_PRODUCER_SILENT when nobody answers; ERR_PRODUCER_ANSWER when the answer is none
 */
export async function askProducer<Ask extends Question["ask"]>(
  messaging: Pick<Messaging, "nats" | "prefix">,
  service: string,
  contract: EventContract,
  asked: Question & { readonly ask: Ask },
): Promise<Answer<Ask>> {
  const reply = messaging.prefix + answerSubjectOf(service, contract.owner, randomUUID());
  let text: string;
  try {
    const answer = await messaging.nats.connection.request(messaging.prefix + askSubjectOf(contract), JSON.stringify(asked), {
      timeout: asked.ask === "digests" ? digestsTimeoutMs : timeoutMs,
      noMux: true,
      reply,
    });
    text = answer.string();
  } catch (cause) {
    if (
      cause instanceof natsErrors.TimeoutError ||
      (cause instanceof natsErrors.RequestError && (cause.isNoResponders() || cause.cause instanceof natsErrors.TimeoutError))
    )
      throw errors.ERR_PRODUCER_SILENT({ cause, details: { type: contract.type } });
    throw cause;
  }
  const read = answers[asked.ask].safeParse(parseJson(text));
  if (!read.success) throw errors.ERR_PRODUCER_ANSWER({ cause: new Error(z.prettifyError(read.error)), details: { type: contract.type } });
  return read.data as Answer<Ask>;
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
