import { type Consumer, type Messaging, startConsumer } from "@opl/messaging";
import type { Database } from "@opl/postgres";
import type { Logger } from "@opl/telemetry";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { onAccountDiscovered } from "./on-account-discovered.ts";
import { onAccountsErased } from "./on-accounts-erased.ts";
import { onBalanceRecorded } from "./on-balance-recorded.ts";
import { onTransactionsRecorded } from "./on-transactions-recorded.ts";
import { onUserErased } from "./on-user-erased.ts";

/** Up to so many facts, of a hundred entries each, share one transaction. */
const transactionsBatch = 40;

/** Every fact this service listens to. */
export function startConsumers(ctx: AnalyticsContext, database: Database<Tables>, messaging: Messaging, logger: Logger): Consumer[] {
  const base = { database, messaging, service: "analytics", logger };
  const [transactions, accounts, balances] = [onTransactionsRecorded(ctx), onAccountDiscovered(ctx), onBalanceRecorded(ctx)];
  return [
    startConsumer({
      ...base,
      type: "ingest.transactions-recorded",
      batchSize: transactionsBatch,
      handle: (tx, event) => transactions(tx, [event]),
      handleBatch: transactions,
    }),
    startConsumer({ ...base, type: "ingest.account-discovered", handle: (tx, event) => accounts(tx, [event]), handleBatch: accounts }),
    startConsumer({ ...base, type: "ingest.balance-recorded", handle: (tx, event) => balances(tx, [event]), handleBatch: balances }),
    startConsumer({ ...base, type: "ingest.accounts-erased", handle: onAccountsErased(ctx) }),
    startConsumer({ ...base, type: "bff.user-erased", handle: onUserErased(ctx) }),
  ];
}
