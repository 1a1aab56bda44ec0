import type { ReceivedEvent } from "@opl/messaging";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { recordTransactions } from "../usecases/record-transactions.ts";

/** Entries were added, changed or taken back. */
export const onTransactionsRecorded =
  (ctx: AnalyticsContext) =>
  (tx: Transaction<Tables>, events: readonly ReceivedEvent<"ingest.transactions-recorded">[]): Promise<void> =>
    recordTransactions(
      ctx,
      tx,
      events.map(({ data, aggregateversion }) => ({ ...data, version: BigInt(aggregateversion) })),
    );
