import type { ReceivedEvent } from "@opl/messaging";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { recordAccounts } from "../usecases/record-accounts.ts";

/** An account was seen for the first time, or its name changed. */
export const onAccountDiscovered =
  (ctx: AnalyticsContext) =>
  (tx: Transaction<Tables>, events: readonly ReceivedEvent<"ingest.account-discovered">[]): Promise<void> =>
    recordAccounts(
      ctx,
      tx,
      events.map(({ data, aggregateversion }) => ({ ...data, version: BigInt(aggregateversion) })),
    );
