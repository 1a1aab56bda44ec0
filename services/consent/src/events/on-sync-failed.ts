import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { recordUse } from "../db/consent-store.ts";
import type { ConsentTables } from "../db/tables.ts";

/** A reading that stopped was a use all the same once the bank had shown something in it. */
export const onSyncFailed = async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"ingest.sync-failed">>): Promise<void> => {
  if (data.listedAt !== undefined && data.listedAt !== null) await recordUse(tx, data, data.listedAt);
};
