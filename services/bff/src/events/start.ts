import { setTimeout as delay } from "node:timers/promises";
import { startRelay } from "@opl/messaging";
import type { Consumer, Messaging, StreamOptions } from "@opl/messaging";
import { startFactConsumers } from "./on-fact.ts";
import type { FactConsumerOptions } from "./on-fact.ts";

type Options = Omit<FactConsumerOptions, "messaging"> & {
  /** How our own stream is kept. */
  readonly stream?: StreamOptions;
  /** Connects to the event server; may take as long as that is away. */
  readonly connect: (signal: AbortSignal) => Promise<{ readonly messaging: Messaging; readonly ours: boolean }>;
  /** Waits, or less long when the signal says so; replaced only in tests. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
};

export interface Events extends AsyncDisposable {
  /** Since when facts of every kind come in without a break, on the clock of `performance`; undefined while they do not. */
  hearingSince(): number | undefined;
}

/** Who waits no longer goes on without facts: pages then show what there is, with its age (G-36). */
const patienceMs = 3_000;
/** A server that refuses us may be one whose users are being changed. */
const refusedPauseMs = 10_000;

/**
 * Connects to the event server, then relays our facts and listens to those of others. An event server that is away delays a
 * start only a little; one that refuses us fails it. One that refuses us later is asked again and again until we stop.
 */
export async function startEvents({ connect, stream = {}, wait = pause, ...options }: Options): Promise<Events> {
  const parts = new AsyncDisposableStack();
  const stopped = new AbortController();
  let consumers: readonly Consumer[] = [];
  const connectAndStart = async (): Promise<void> => {
    const { messaging, ours } = await connect(stopped.signal);
    if (ours) parts.use(messaging);
    if (stopped.signal.aborted) return;
    parts.use(startRelay({ ...options, messaging, owner: "bff", stream }));
    consumers = startFactConsumers({ ...options, messaging });
    for (const consumer of consumers) parts.use(consumer);
  };
  const goOnConnecting = async (first: Promise<void>): Promise<void> => {
    for (let connecting = first; ; connecting = connectAndStart()) {
      try {
        return await connecting;
      } catch (error) {
        if (stopped.signal.aborted) return;
        options.logger.error({ err: error }, "no connection to the event server; trying again");
      }
      await wait(refusedPauseMs, stopped.signal);
      if (stopped.signal.aborted) return;
    }
  };
  const first = connectAndStart();
  const patience = new AbortController();
  const away = await Promise.race([first.then(() => false), wait(patienceMs, patience.signal).then(() => !patience.signal.aborted)]);
  patience.abort();
  if (away) options.logger.warn("the event server is away; starting without facts");
  const connecting = away ? goOnConnecting(first) : first;
  return {
    hearingSince: () => receivingAllSince(consumers),
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await connecting;
      await parts.disposeAsync();
    },
  };
}

/** One kind of fact that does not come in is enough for a page to grow old unnoticed. */
function receivingAllSince(consumers: readonly Consumer[]): number | undefined {
  const each = consumers.map((consumer) => consumer.receivingSince());
  return each.length === 0 || each.includes(undefined) ? undefined : Math.max(...each.map(Number));
}

/** Ends early when the signal says so. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
