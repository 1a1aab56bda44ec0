import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentTables } from "../db/tables.ts";
import { recordAccount } from "../usecases/record-account.ts";

/** Which accounts the person chose at the bank: receipts name them. */
export const onAccountDiscovered = async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"ingest.account-discovered">>): Promise<void> => {
  await recordAccount(tx, data);
};
