import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import { applyCommand } from "../usecases/apply-command.ts";

/** The bank wants to see the person again: a state like any other, left by a renewal. */
export const onAspspScaRequired =
  (ctx: Pick<ConsentContext, "clock">) =>
  async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"bank-gateway.aspsp-sca-required">>): Promise<void> => {
    await applyCommand(tx, { psuId: data.psuId, consentId: data.consentId }, { type: "demandSca", at: ctx.clock.now() });
  };
