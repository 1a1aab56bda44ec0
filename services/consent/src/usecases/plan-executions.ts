import { dueDates } from "@opl/payment-rules";
import type { ConsentContext } from "../context.ts";
import { bankZone } from "../domain/payment-execution.ts";
import type { PlannedExecution } from "../domain/payment-execution.ts";
import type { Payment } from "../domain/payment-order.ts";

/** One execution for each day on which an approved payment is due; their ids are made here, once, before the bank hears of any. */
export function planExecutions(ctx: Pick<ConsentContext, "newId">, { schedule }: Payment, at: Temporal.Instant): readonly PlannedExecution[] {
  return dueDates(schedule, at.toZonedDateTimeISO(bankZone).toPlainDate()).map((dueDate, index) => ({
    executionId: ctx.newId(),
    position: index + 1,
    dueDate,
    status: "authorised",
    statusAt: at,
    archiveId: null,
    reason: null,
  }));
}
