import { publish, startRelay } from "@opl/messaging";
import type { Messaging, MessagingTables, NewEvent } from "@opl/messaging";
import { silentLogger, testDatabase } from "@opl/testkit";

/** Another service, as far as its facts go: an outbox and a relay of its own on the same event server. */
export interface Publisher extends AsyncDisposable {
  tell(...events: NewEvent[]): Promise<void>;
}

export async function publisherOf(owner: string, messaging: Messaging): Promise<Publisher> {
  await using parts = new AsyncDisposableStack();
  // Any schema with the messaging tables will do.
  const { database } = parts.use(await testDatabase<MessagingTables>({ service: "bff" }));
  const relay = parts.use(startRelay({ database, messaging, owner, logger: silentLogger() }));
  const owned = parts.move();
  return {
    async tell(...events) {
      await database.db.transaction().execute((tx) => publish(tx, events));
      await relay.drained();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
