import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { recordUse } from "../db/consent-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { recordAccount } from "../usecases/record-account.ts";

/** Which accounts the person chose at the bank: the permission and its receipts show them. Listing them is a use of it. */
export const onAccountDiscovered = async (tx: Transaction<ConsentTables>, { data, time }: Envelope<EventData<"ingest.account-discovered">>): Promise<void> => {
  await recordUse(tx, data, time);
  await recordAccount(tx, data);
};
