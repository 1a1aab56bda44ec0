import { setTimeout as delay } from "node:timers/promises";
import * as pg from "pg";
import { connectionString } from "./connection.ts";

export interface ListenOptions {
  readonly url: string;
  readonly password?: string | undefined;
  readonly channel: string;
  /** Called for a notification and after every (re)connect, since some may have been missed. Must not throw. */
  readonly onNotify: () => void;
  readonly applicationName?: string;
}

/**
 * Listens on a channel over a connection of its own, which is made again when lost. Notifications only wake: whoever
 * needs certainty polls as well.
 */
export function listen(options: ListenOptions): AsyncDisposable {
  const stopped = new AbortController();
  const running = keepListening(options, stopped.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await running;
    },
  };
}

async function keepListening(options: ListenOptions, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const startedUp = await listenOnce(options, signal);
    if (startedUp) failures = 0;
    await delay(Math.min(5_000, 100 * 2 ** failures), undefined, { signal }).catch(() => undefined);
  }
}

/** Resolves when the connection ends: true when it had been established. */
async function listenOnce({ url, password, channel, onNotify, applicationName }: ListenOptions, signal: AbortSignal): Promise<boolean> {
  const client = new pg.Client({
    connectionString: connectionString(url, password),
    application_name: applicationName ?? `listen ${channel}`,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  const ended = Promise.withResolvers<void>();
  const end = (): void => ended.resolve();
  client.on("error", end);
  client.on("end", end);
  client.on("notification", onNotify);
  signal.addEventListener("abort", end, { once: true });
  let established = false;
  try {
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    established = true;
    if (!signal.aborted) onNotify();
    await ended.promise;
  } catch {
    // The caller tries again; the poll behind it does not depend on us.
  } finally {
    signal.removeEventListener("abort", end);
    await client.end().catch(() => undefined);
  }
  return established;
}
