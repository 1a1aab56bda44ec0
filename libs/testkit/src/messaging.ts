import { randomBytes } from "node:crypto";
import { connectMessaging } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { inject } from "vitest";

export interface TestMessagingOptions {
  /** Who connects; only names the connection, the test user may do everything. */
  readonly name?: string;
  /** Of another connection, to share its subjects. */
  readonly prefix?: string;
  readonly logger?: Logger;
}

/** A connection whose subjects and streams no other test file sees; disposing the one that made the prefix removes them. */
export async function testMessaging({ name = "test", prefix, logger = silentLogger() }: TestMessagingOptions = {}): Promise<Messaging> {
  const { natsUrl: url, natsUser: user, natsPassword: password } = inject("oplServers");
  const own = prefix ?? `t${randomBytes(5).toString("hex")}.`;
  const messaging = await connectMessaging({ url, user, password, name, logger, prefix: own });
  if (prefix !== undefined) return messaging;
  const dispose = messaging[Symbol.asyncDispose].bind(messaging);
  return Object.assign(messaging, {
    async [Symbol.asyncDispose]() {
      if (!messaging.nats.connection.isClosed()) await removeStreams(messaging);
      await dispose();
    },
  });
}

async function removeStreams({ nats, prefix }: Messaging): Promise<void> {
  for await (const name of nats.manager.streams.names(`${prefix}>`)) await nats.manager.streams.delete(name);
}

/** A logger that writes nothing, for tests that do not look at logs. */
export function silentLogger(): Logger {
  return createLogger({ name: "test", level: "silent" });
}
