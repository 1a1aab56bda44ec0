import type { ReceivedEvent } from "@opl/messaging";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { eraseAccounts } from "../usecases/erase-accounts.ts";

/** A person wanted the data of a withdrawn permission gone. */
export const onAccountsErased =
  (ctx: AnalyticsContext) =>
  (tx: Transaction<Tables>, { data }: ReceivedEvent<"ingest.accounts-erased">): Promise<void> =>
    eraseAccounts(ctx, tx, data);
