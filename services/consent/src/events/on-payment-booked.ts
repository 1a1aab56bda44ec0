import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import { bookExecution } from "../usecases/book-execution.ts";

/** The ledger shows a payment: say where. */
export const onPaymentBooked =
  (ctx: Pick<ConsentContext, "clock">) =>
  async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"ingest.payment-booked">>): Promise<void> => {
    await bookExecution({ ...ctx, db: tx }, data, data.transactionId);
  };
