import { randomInt } from "node:crypto";
import type { EventContract } from "@opl/contracts/events";
import { isOplError } from "@opl/errors";
import { counter, gauge } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Messaging } from "./connection.ts";
import { errors } from "./errors.ts";
import { durableOf } from "./permissions.ts";
import { askProducer, digestColumns, idsAtOnce, inBucket } from "./reconcile-protocol.ts";
import type { Answer, Digest, ProducedFact } from "./reconcile-protocol.ts";
import { acknowledgedUpTo } from "./retention.ts";
import { isMissing, streamNameOf } from "./streams.ts";
import type { MessagingTables } from "./tables.ts";
import { Wake } from "./wake.ts";

export interface ReconcilerOptions {
  readonly db: Kysely<MessagingTables>;
  readonly messaging: Messaging;
  readonly service: string;
  readonly contract: EventContract;
  readonly logger: Logger;
  /** A minute; shorter only in tests. */
  readonly everyMs?: number | undefined;
}

/** What one comparison came to. */
export interface Reconciliation {
  /** Closed buckets in which both sides were not the same. */
  readonly differing: number;
  /** Facts the producer sends again, because they never arrived. */
  readonly again: number;
  /** Ids that were handled here and are unknown to the producer (DR-R3). */
  readonly unexpected: readonly string[];
}

export interface Reconciler extends AsyncDisposable {
  /** Compares all days now. @throws ERR_PRODUCER_SILENT */
  reconcile(): Promise<Reconciliation>;
}

/** Most rounds compare the last hours; the first and every sixtieth all days, or a few rounds later when that failed. */
const wholeEvery = 60;
const wholeAgainAfter = 5;
const idsInLog = 20;

/**
 * Compares, once a minute, what this consumer handled with what the producer said: digests of closed buckets first, then
 * ids (DR-R1). What never arrived is sent again by the producer (DR-R2); what the producer never said is an alarm and is
 * left alone (DR-R3). Only what the durable is past counts as missing, so a backlog is not sent twice.
 */
export function startReconciler(options: ReconcilerOptions): Reconciler {
  const { everyMs = 60_000 } = options;
  const consumer = durableOf(options.service, options.contract.type);
  const logger = options.logger.child({ subsystem: `reconciler ${consumer}` });
  const stopped = new AbortController();
  const { signal } = stopped;
  let unexpected = 0;
  let unexpectedInWhole = 0;
  let agreedAt = performance.now();
  const gauges = [
    gauge("inbox_unexpected_facts", "Handled facts that their producer does not know", () => unexpected, { consumer }),
    gauge("reconciled_seconds_ago", "Time since the facts were last compared with the producer", () => (performance.now() - agreedAt) / 1_000, { consumer }),
  ];
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const missed = counter("facts_missed_total", "Facts that never arrived and were asked for again");

  const round = async (whole: boolean): Promise<Reconciliation> => {
    const found = await compare(options, consumer, whole);
    agreedAt = performance.now();
    if (whole) unexpectedInWhole = found.unexpected.length;
    unexpected = Math.max(found.unexpected.length, unexpectedInWhole);
    if (found.again > 0) {
      missed.add(found.again, { consumer });
      logger.error({ again: found.again }, "facts never arrived; the producer sends them again");
    }
    if (found.unexpected.length > 0) {
      const err = errors.ERR_FACTS_UNEXPECTED({ details: { consumer, count: found.unexpected.length } });
      logger.error(
        { err, eventIds: found.unexpected.slice(0, idsInLog) },
        "facts were handled that their producer does not know: forged, or a restore went back",
      );
    }
    return found;
  };
  const loop = async (): Promise<void> => {
    // Not all consumers of all replicas at once.
    await new Wake().wait(everyMs / 2 + randomInt(Math.ceil(everyMs / 2)), signal);
    let roundsToWhole = 0;
    while (!signal.aborted) {
      const whole = roundsToWhole === 0;
      roundsToWhole = whole ? wholeEvery - 1 : roundsToWhole - 1;
      try {
        // Who stops does not wait for an answer.
        await Promise.race([round(whole), aborted]);
      } catch (error) {
        if (whole) roundsToWhole = wholeAgainAfter;
        const quiet = signal.aborted || (isOplError(error) && error.code === "ERR_PRODUCER_SILENT");
        logger[quiet ? "debug" : "warn"]({ err: error }, "facts could not be compared with the producer");
      }
      await new Wake().wait(everyMs, signal);
    }
  };
  const running = loop();
  return {
    reconcile: () => round(true),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await running;
      for (const one of gauges) one[Symbol.dispose]();
    },
  };
}

/**
 * The order makes it safe while facts arrive: how far the durable is, is read after the producer said what the broker
 * acknowledged and before the inbox is, so that what is missing then was lost; and the producer's ids are read after ours,
 * so that what it does not know then is unexpected.
 */
async function compare(options: ReconcilerOptions, consumer: string, whole: boolean): Promise<Reconciliation> {
  const { db, messaging, service, contract } = options;
  const theirs = await askProducer(messaging, service, contract, { ask: "digests", whole });
  const upTo = await handledUpTo(messaging, contract, consumer, BigInt(theirs.acknowledged));
  const ours = await inboxDigests(db, consumer, theirs);
  const unexpected: string[] = [];
  let again = 0;
  const differing = differingBuckets(theirs.buckets, ours);
  for (const from of differing) {
    for await (const page of pagesOf(options, consumer, from)) {
      unexpected.push(...page.unexpected);
      const lost = await notHandled(db, consumer, page.missing);
      if (lost.length > 0) again += (await askProducer(messaging, service, contract, { ask: "again", ids: [...lost], upTo: String(upTo) })).again;
    }
  }
  return { differing: differing.length, again, unexpected };
}

/** Starts of the buckets that are not the same on both sides. */
export function differingBuckets(theirs: readonly Digest[], ours: readonly Digest[]): readonly string[] {
  const byStart = new Map(ours.map((bucket) => [bucket.from, bucket]));
  const differing = theirs.filter(({ from, count, hash }) => {
    const mine = byStart.get(from);
    byStart.delete(from);
    return mine?.count !== count || mine.hash !== hash;
  });
  return [...differing.map(({ from }) => from), ...byStart.keys()].toSorted();
}

/** The sequence up to which whatever is in the stream was handled here; 0 while the durable does not exist. */
async function handledUpTo(messaging: Messaging, contract: EventContract, consumer: string, acknowledged: bigint): Promise<bigint> {
  try {
    const reached = acknowledgedUpTo(await messaging.nats.manager.consumers.info(streamNameOf(messaging, contract.owner), consumer));
    return reached < acknowledged ? reached : acknowledged;
  } catch (error) {
    if (isMissing(error)) return 0n;
    throw error;
  }
}

async function inboxDigests(db: Kysely<MessagingTables>, consumer: string, { from, to }: Answer<"digests">): Promise<readonly Digest[]> {
  const { rows } = await sql<{ from: Temporal.Instant; count: number; hash: string }>`
    select ${digestColumns} from inbox
    where consumer = ${consumer} and occurred_at >= ${from}::timestamptz and occurred_at < ${to}::timestamptz group by 1`.execute(db);
  return rows.map((row) => ({ ...row, from: String(row.from) }));
}

interface Difference {
  readonly missing: readonly ProducedFact[];
  readonly unexpected: readonly string[];
}

/** Both sides of one bucket in the order of their ids, a bounded page at a time. */
async function* pagesOf({ db, messaging, service, contract }: ReconcilerOptions, consumer: string, from: string): AsyncGenerator<Difference> {
  for (let after: string | null = null; ;) {
    const ours: readonly string[] = await inboxIds(db, consumer, from, after);
    const until: string | null = ours.length === idsAtOnce ? (ours.at(-1) ?? null) : null;
    const { facts, more }: Answer<"ids"> = await askProducer(messaging, service, contract, { ask: "ids", from, after, until });
    const end: string | null = more ? (facts.at(-1)?.id ?? null) : until;
    const theirIds = new Set(facts.map(({ id }) => id));
    const ourIds = new Set(ours);
    yield {
      missing: facts.filter(({ id }) => !ourIds.has(id)),
      unexpected: ours.filter((id) => (end === null || id <= end) && !theirIds.has(id)),
    };
    if (end === null) return;
    after = end;
  }
}

async function inboxIds(db: Kysely<MessagingTables>, consumer: string, from: string, after: string | null): Promise<readonly string[]> {
  const { rows } = await sql<{ eventId: string }>`
    select event_id from inbox
    where consumer = ${consumer} and ${inBucket(from)} and (${after}::uuid is null or event_id > ${after}::uuid)
    order by event_id limit ${idsAtOnce}`.execute(db);
  return rows.map(({ eventId }) => eventId);
}

/**
 * Ids of a page that were never handled and can still be sent. What was handled before the inbox kept times gets its time
 * now, so that it is compared by digest from then on.
 */
async function notHandled(db: Kysely<MessagingTables>, consumer: string, missing: readonly ProducedFact[]): Promise<readonly string[]> {
  if (missing.length === 0) return [];
  const ids = missing.map(({ id }) => id);
  await sql`
    update inbox set occurred_at = given.at
    from unnest(${ids}::uuid[], ${missing.map(({ at }) => at)}::timestamptz[]) as given (id, at)
    where consumer = ${consumer} and event_id = given.id and inbox.occurred_at is null`.execute(db);
  const { rows } = await sql<{ eventId: string }>`select event_id from inbox where consumer = ${consumer} and event_id = any(${ids}::uuid[])`.execute(db);
  const handled = new Set(rows.map(({ eventId }) => eventId));
  return missing.filter(({ id, forgotten }) => !forgotten && !handled.has(id)).map(({ id }) => id);
}
