import { setTimeout as delay } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { connect, errors as natsErrors } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "@opl/telemetry";
import { errors } from "./errors.ts";
import { inboxPrefixOf } from "./permissions.ts";

export interface MessagingOptions {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** The service; names the connection and its reply subjects. */
  readonly name: string;
  readonly logger: Logger;
  /** Only for tests: keeps subjects and streams of one test file apart from all others. */
  readonly prefix?: string;
  /** Stops waiting for a server that does not come. */
  readonly signal?: AbortSignal;
}

/** A connection to the event server. Everything else in this package takes one. */
export interface Messaging extends AsyncDisposable {
  isConnected(): boolean;
  /** Since when without a break, on the clock of `performance`; undefined while it is not connected. */
  connectedSince(): number | undefined;
  readonly prefix: string;
  readonly name: string;
  /** For this package only. */
  readonly nats: { readonly connection: NatsConnection; readonly client: JetStreamClient; readonly manager: JetStreamManager };
}

/** Connects, waiting as long as it takes for the server to be there; afterwards reconnects by itself, for ever. */
export async function connectMessaging(options: MessagingOptions): Promise<Messaging> {
  const { name, prefix = "" } = options;
  const logger = options.logger.child({ subsystem: "messaging" });
  const connection = await connectPatiently(options, logger);
  const version = connection.info?.version ?? "0";
  if (!isAtLeast29(version)) {
    await connection.close();
    throw errors.ERR_MESSAGING_SERVER_OLD({ message: `NATS server ${version} is older than 2.9.`, details: { version } });
  }
  let since: number | undefined = performance.now();
  void watch(connection, logger, (connected) => (since = connected ? performance.now() : undefined));
  const connectedSince = (): number | undefined => (connection.isClosed() ? undefined : since);
  return {
    name,
    prefix,
    isConnected: () => connectedSince() !== undefined,
    connectedSince,
    // The account check of the manager would need a permission that no service has.
    nats: { connection, client: jetstream(connection, { timeout: 5_000 }), manager: await jetstreamManager(connection, { checkAPI: false, timeout: 5_000 }) },
    [Symbol.asyncDispose]: async () => {
      if (connection.isClosed()) return;
      // Acknowledgements may still be in the buffer.
      await Promise.race([connection.flush(), delay(1_000)]).catch(() => undefined);
      await connection.close();
    },
  };
}

async function connectPatiently(options: MessagingOptions, logger: Logger): Promise<NatsConnection> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect({
        servers: options.url.split(","),
        name: `opl-${options.name}`,
        inboxPrefix: inboxPrefixOf(options.name),
        ...(options.user === undefined ? {} : { user: options.user, pass: options.password ?? "" }),
        timeout: 5_000,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        reconnectJitter: 250,
        pingInterval: 10_000,
        maxPingOut: 2,
        // A password that is rotated under us must not end the process.
        ignoreAuthErrorAbort: true,
        noAsyncTraces: true,
      });
    } catch (cause) {
      if (isRefusal(cause)) throw errors.ERR_MESSAGING_REFUSED({ cause, details: { user: options.user ?? null } });
      if (options.signal?.aborted === true) throw errors.ERR_MESSAGING_UNAVAILABLE({ cause });
      logger.warn({ reason: cause instanceof Error ? cause.message : "unknown", attempt }, "event server not there yet");
      await delay(Math.min(2_000, 100 * 2 ** attempt), undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => undefined);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof natsErrors.AuthorizationError || error instanceof natsErrors.UserAuthenticationExpiredError;
}

function isAtLeast29(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major > 2 || (major === 2 && minor >= 9);
}

async function watch(connection: NatsConnection, logger: Logger, note: (connected: boolean) => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect") note(false);
    if (status.type === "reconnect") note(true);
    if (status.type === "disconnect" || status.type === "error" || status.type === "staleConnection")
      logger.warn({ status: status.type, ...("error" in status ? { err: status.error } : {}) }, "event server");
    else if (status.type === "reconnect") logger.info("event server is back");
  }
  note(false);
}
