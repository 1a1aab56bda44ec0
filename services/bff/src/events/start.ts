import { setTimeout as delay } from "node:timers/promises";
import { startRelay } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { startFactConsumers } from "./on-fact.ts";
import type { FactConsumerOptions } from "./on-fact.ts";

type Options = Omit<FactConsumerOptions, "messaging"> & {
  /** Connects to the event server; may take as long as that is away. */
  readonly connect: (signal: AbortSignal) => Promise<{ readonly messaging: Messaging; readonly ours: boolean }>;
};

/** Who waits no longer goes on without facts: pages then show what there is, with its age (G-36). */
const patienceMs = 3_000;

/**
 * Connects to the event server, then relays our facts and listens to those of others. An event server that is away delays a
 * start only a little; one that refuses us fails it.
 */
export async function startEvents({ connect, ...options }: Options): Promise<AsyncDisposable> {
  const parts = new AsyncDisposableStack();
  const stopped = new AbortController();
  const connectAndStart = async (): Promise<void> => {
    const { messaging, ours } = await connect(stopped.signal);
    if (ours) parts.use(messaging);
    if (stopped.signal.aborted) return;
    parts.use(startRelay({ ...options, messaging, owner: "bff" }));
    for (const consumer of startFactConsumers({ ...options, messaging })) parts.use(consumer);
  };
  const connecting = connectAndStart();
  const patience = new AbortController();
  const late = delay(patienceMs, true, { signal: patience.signal }).catch(() => false);
  const away = await Promise.race([connecting.then(() => false), late]);
  patience.abort();
  if (away) {
    options.logger.warn("the event server is away; starting without facts");
    connecting.catch((error: unknown) => {
      if (!stopped.signal.aborted) options.logger.error({ err: error }, "no connection to the event server");
    });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await connecting.catch(() => undefined);
      await parts.disposeAsync();
    },
  };
}
