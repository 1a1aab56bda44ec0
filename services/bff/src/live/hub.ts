import { randomInt } from "node:crypto";
import { startTimer } from "@opl/service";
import type { Clock } from "@opl/service";
import type { Executor } from "@opl/postgres";
import { counter, gauge } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { isKnownLiveEvent, lastLiveEventBefore, readLiveEvents } from "../db/live-store.ts";
import { usableSessions } from "../db/session-store.ts";
import type { Tables } from "../db/tables.ts";
import { errors } from "../errors.ts";

/** The open end of one stream. */
export interface Sink {
  write(text: string): void;
  /** Bytes that the browser has not taken yet. */
  waiting(): number;
  /** Ends in good order. */
  end(): void;
  /** Ends at once. */
  cut(): void;
}

interface Listener {
  readonly psuId: string;
  readonly sessionId: string;
  /** What the browser says it saw last. */
  readonly lastEventId: string | undefined;
}

/** All open streams of this process. */
export interface StreamHub extends AsyncDisposable {
  /** Begins a stream. @returns what to call when the browser has gone; @throws ERR_TOO_MANY_STREAMS */
  open(listener: Listener, sink: Sink): Promise<() => void>;
  /** There may be something to show, or a session may have ended. */
  wake(): void;
  /** Ends all streams; browsers come back, to another replica. */
  close(): void;
  readonly size: number;
}

export interface StreamLimits {
  readonly perPerson: number;
  readonly inAll: number;
  /** A browser that leaves more than this unread is cut off; it comes back and resumes. */
  readonly unreadBytes: number;
}

export interface StreamHubOptions {
  readonly db: Executor<Tables>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessionLongestHours: number;
  readonly limits?: StreamLimits;
  readonly sessionCheckMs?: number;
  readonly commentMs?: number;
}

interface Stream extends Listener {
  readonly sink: Sink;
  cursor: bigint;
  /** Set when the place to begin is known. */
  ready: boolean;
}

const defaultLimits: StreamLimits = { perPerson: 8, inAll: 5_000, unreadBytes: 262_144 };
/** The pause between two looks at the sessions of all streams: one that ended is over for its streams within two seconds. */
export const defaultSessionCheckMs = 1_500;
/** Wake-ups that come so close after one that was heeded at once are one. */
const gatherMs = 40;
/** A page asks its first questions before its stream is open: begin a little earlier than now. */
const overlapSeconds = 30;
const readAtOnce = 200;
/** Who missed more is better off asking again. */
const replayLimit = 500;
const longestId = /^\d{1,18}$/;

const cutStreams = counter("opl_live_streams_cut", "Streams cut because the browser did not read");

export function openStreamHub(options: StreamHubOptions): StreamHub {
  const { db, clock, logger, limits = defaultLimits, sessionCheckMs = defaultSessionCheckMs, commentMs = 15_000 } = options;
  const streams = new Set<Stream>();
  let closed = false;

  const drop = (stream: Stream): boolean => streams.delete(stream);
  const finish = (stream: Stream, lastWords = ""): void => {
    if (!drop(stream)) return;
    if (lastWords !== "") stream.sink.write(lastWords);
    stream.sink.end();
  };
  const send = (stream: Stream, text: string): void => {
    stream.sink.write(text);
    if (stream.sink.waiting() <= limits.unreadBytes || !drop(stream)) return;
    cutStreams.add(1);
    stream.sink.cut();
  };

  /** Shows every stream what it has not seen; keeps on while somebody is behind. */
  const deliver = async (): Promise<void> => {
    for (let behind = true; behind && streams.size > 0;) {
      const ready = [...streams].filter((stream) => stream.ready);
      const cursors = new Map<string, bigint>();
      for (const { psuId, cursor } of ready) cursors.set(psuId, minimum(cursors.get(psuId), cursor));
      const found = await readLiveEvents(
        db,
        [...cursors].map(([psuId, after]) => ({ psuId, after })),
        readAtOnce,
      );
      const byPerson = Map.groupBy(found, ({ psuId }) => psuId);
      for (const stream of ready) {
        for (const { id, event } of byPerson.get(stream.psuId) ?? []) {
          if (id <= stream.cursor) continue;
          stream.cursor = id;
          send(stream, `id: ${id}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`);
        }
      }
      behind = [...byPerson.values()].some((events) => events.length >= readAtOnce);
    }
  };

  const endDeadSessions = async (): Promise<void> => {
    if (streams.size === 0) return;
    const now = clock.now();
    const ids = new Set([...streams].map(({ sessionId }) => sessionId));
    const usable = await usableSessions(db, [...ids], { now, startedAfter: now.subtract({ hours: options.sessionLongestHours }) });
    for (const stream of streams) if (ids.has(stream.sessionId) && !usable.has(stream.sessionId)) finish(stream, "event: signed-out\ndata: {}\n\n");
  };

  /** Where a stream begins, and whether the page must ask for everything again. */
  const beginOf = async ({ psuId, lastEventId }: Listener): Promise<{ cursor: bigint; reset: boolean }> => {
    if (lastEventId !== undefined && longestId.test(lastEventId)) {
      const last = BigInt(lastEventId);
      const missed = await readLiveEvents(db, [{ psuId, after: last }], replayLimit);
      if (missed.length < replayLimit && (await isKnownLiveEvent(db, psuId, last))) return { cursor: last, reset: false };
    }
    const cursor = await lastLiveEventBefore(db, clock.now().subtract({ seconds: overlapSeconds }));
    return { cursor, reset: lastEventId !== undefined };
  };

  const watch = startTimer({
    name: "live-streams",
    everyMs: sessionCheckMs,
    logger,
    run: async () => {
      await endDeadSessions();
      await deliver();
    },
  });
  const comments = setInterval(() => {
    for (const stream of streams) if (stream.ready) send(stream, ": still here\n\n");
  }, commentMs);
  comments.unref();
  const open = gauge("opl_live_streams", "Open event streams", () => streams.size);

  let wokenAt = Number.NEGATIVE_INFINITY;
  let waking: NodeJS.Timeout | undefined;
  const wake = (): void => {
    waking ??= setTimeout(
      () => {
        waking = undefined;
        wokenAt = performance.now();
        watch.wake();
      },
      Math.max(0, wokenAt + gatherMs - performance.now()),
    );
  };
  const close = (): void => {
    closed = true;
    for (const stream of streams) finish(stream);
  };
  return {
    get size() {
      return streams.size;
    },
    wake,
    close,
    async open(listener, sink) {
      const ofPerson = [...streams].filter(({ psuId }) => psuId === listener.psuId).length;
      if (closed || streams.size >= limits.inAll || ofPerson >= limits.perPerson) throw errors.ERR_TOO_MANY_STREAMS({ retryAfterSeconds: 30 });
      const stream: Stream = { ...listener, sink, cursor: 0n, ready: false };
      // Counted before anything is awaited: many opened at once cannot pass the limit together.
      streams.add(stream);
      try {
        const { cursor, reset } = await beginOf(listener);
        stream.cursor = cursor;
        stream.ready = true;
        if (streams.has(stream)) {
          send(stream, `retry: ${randomInt(1_000, 4_000)}\n: open\n\n`);
          if (reset) send(stream, "id\nevent: reset\ndata: {}\n\n");
        }
      } catch (error) {
        drop(stream);
        throw error;
      }
      wake();
      return () => void drop(stream);
    },
    async [Symbol.asyncDispose]() {
      close();
      clearInterval(comments);
      clearTimeout(waking);
      open[Symbol.dispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}

function minimum(a: bigint | undefined, b: bigint): bigint {
  return a === undefined || b < a ? b : a;
}
