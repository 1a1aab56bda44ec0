import type { ReceivedEvent } from "@opl/messaging";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { recordBalances } from "../usecases/record-balances.ts";

/** The bank told a balance. */
export const onBalanceRecorded =
  (ctx: AnalyticsContext) =>
  (tx: Transaction<Tables>, events: readonly ReceivedEvent<"ingest.balance-recorded">[]): Promise<void> =>
    recordBalances(
      ctx,
      tx,
      events.map(({ data, time }) => ({ ...data, toldAt: time })),
    );
