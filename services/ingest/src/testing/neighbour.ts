import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceName } from "@opl/contracts/events";
import { publish, startRelay } from "@opl/messaging";
import type { Messaging, MessagingTables, NewEvent } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { silentLogger, testDatabase } from "@opl/testkit";

export interface Neighbour extends AsyncDisposable {
  publish(...events: readonly NewEvent[]): Promise<void>;
}

/** Another service as far as it matters here: it publishes its facts, by its own outbox and relay. */
export async function neighbour(owner: ServiceName, messaging: Messaging): Promise<Neighbour> {
  const directory = await mkdtemp(join(tmpdir(), `opl-${owner}-`));
  await cp(new URL("../../../../libs/messaging/tables/", import.meta.url), directory, { recursive: true });
  const test = await testDatabase<MessagingTables>({ service: owner, directory });
  const relay = startRelay({ database: test.database, messaging, owner, logger: silentLogger() });
  return {
    async publish(...events) {
      await inTransaction(test.database.db, (tx) => publish(tx, events));
      await relay.drained();
    },
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}
