import { inTransaction } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { lockOrder } from "../db/payment-store.ts";
import type { ExecutionKey } from "../db/payment-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { changeOrder } from "./change-order.ts";

/** The line of the ledger that shows an execution was found, or another one took its place. One we do not know (any more) needs nothing. */
export async function bookExecution(
  ctx: Pick<ConsentContext, "clock"> & { readonly db: Executor<ConsentTables> },
  { executionId, ...key }: ExecutionKey,
  transactionId: string,
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, key);
    if (order === undefined) return;
    const at = ctx.clock.now();
    const command = { type: "execution", at, executionId, command: { type: "book", at, transactionId } } as const;
    await changeOrder(tx, order, { commands: [{ paymentId: key.paymentId, command }] }, at);
  });
}
