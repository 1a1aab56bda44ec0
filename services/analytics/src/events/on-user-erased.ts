import type { ReceivedEvent } from "@opl/messaging";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { erasePsu } from "../usecases/erase-psu.ts";

/** A person asked to be forgotten. */
export const onUserErased =
  (ctx: AnalyticsContext) =>
  (tx: Transaction<Tables>, { data }: ReceivedEvent<"bff.user-erased">): Promise<void> =>
    erasePsu(ctx, tx, data.psuId);
