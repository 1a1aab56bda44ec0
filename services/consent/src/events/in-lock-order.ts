import type { Transaction } from "kysely";
import { lockConsents } from "../db/consent-store.ts";
import type { ConsentKey } from "../db/consent-store.ts";
import type { ConsentTables } from "../db/tables.ts";

/** Handles many facts in one transaction: the consents they are about are locked first, in the order that everybody keeps. */
export function inLockOrder<Event extends { readonly data: ConsentKey }>(handle: (tx: Transaction<ConsentTables>, event: Event) => Promise<void>) {
  return async (tx: Transaction<ConsentTables>, events: readonly Event[]): Promise<void> => {
    await lockConsents(
      tx,
      events.map(({ data }) => data),
    );
    for (const event of events) await handle(tx, event);
  };
}
