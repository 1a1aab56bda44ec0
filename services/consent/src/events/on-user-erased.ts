import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import { erasePsu } from "../usecases/erase-psu.ts";

/** A person asked to be forgotten. */
export const onUserErased =
  (ctx: Pick<ConsentContext, "clock">) =>
  async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"bff.user-erased">>): Promise<void> => {
    await erasePsu({ ...ctx, db: tx }, data.psuId);
  };
