import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { recordUse } from "../db/consent-store.ts";
import type { ConsentTables } from "../db/tables.ts";

/** The permission was used: it says when. */
export const onSyncCompleted = async (tx: Transaction<ConsentTables>, { data, time }: Envelope<EventData<"ingest.sync-completed">>): Promise<void> => {
  await recordUse(tx, data, time);
};
