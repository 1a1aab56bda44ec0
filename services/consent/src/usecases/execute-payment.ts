import { isOplError, toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { askLater, leaseExecution, lockOrder, takeDueExecution } from "../db/payment-store.ts";
import type { ExecutionKey } from "../db/payment-store.ts";
import { nextAskAt, nextStep } from "../domain/payment-execution.ts";
import type { Execution, ExecutionCommand } from "../domain/payment-execution.ts";
import { executionsOf } from "../domain/payment-order.ts";
import type { PaymentOrder } from "../domain/payment-order.ts";
import { changeOrder } from "./change-order.ts";

type Context = Pick<ConsentContext, "db" | "clock" | "bankGateway">;

export type Executed =
  | { readonly kind: "nothing" }
  | { readonly kind: "done"; readonly executionId: string }
  | { readonly kind: "later"; readonly executionId: string; readonly error: OplError };

interface Due {
  readonly execution: Execution;
  readonly step: "submit" | "read";
  /** How often it was asked about in this status. */
  readonly asks: number;
}

/** Longer than the call's own time limit: only a process that died leaves its execution to the next one. */
const leaseSeconds = 60;
/** The wish to take it back is being settled with the bank. */
const endingPauseSeconds = 30;

/**
 * Takes one due execution on. That it is given to the bank is committed before it is; after a cut the same id is given again, and the
 * gateway asks the bank whether it has it. What the bank says decides the next state and the next time.
 */
export async function executePayment(ctx: Context): Promise<Executed> {
  const now = ctx.clock.now();
  const leaseUntil = now.add({ seconds: leaseSeconds });
  const taken = await takeDueExecution(ctx.db, { now, leaseUntil });
  if (taken === undefined) return { kind: "nothing" };
  const { executionId } = taken;
  const due = await decideStep(ctx, taken, leaseUntil);
  if (due === null) return { kind: "done", executionId };
  try {
    await recordOutcome(ctx, { ...taken, asks: due.asks }, await tellOrAsk(ctx, taken, due.step));
    return { kind: "done", executionId };
  } catch (cause) {
    const at = ctx.clock.now();
    await askLater(ctx.db, { ...taken, asks: due.asks }, nextAskAt(due.execution, due.asks, at) ?? at);
    return { kind: "later", executionId, error: toOplError(cause) };
  }
}

async function decideStep(ctx: Context, taken: ExecutionKey & { readonly asks: number }, leaseUntil: Temporal.Instant): Promise<Due | null> {
  return inTransaction(ctx.db, async (tx) => {
    const at = ctx.clock.now();
    const order = await lockOrder(tx, taken);
    const execution = order === undefined ? undefined : executionIn(order, taken);
    if (order === undefined || execution === undefined) return null;
    const step = nextStep(execution, at);
    if (step === null) {
      // Not before its day; what is over is asked about no more.
      await askLater(tx, taken, nextAskAt(execution, 0, at) ?? at);
      return null;
    }
    if (step === "read") return { execution, step, asks: taken.asks };
    const changed = await changeOrder(tx, order, { commands: [commandFor(taken, { type: "submit", at })] }, at);
    if (changed.refused.length > 0) {
      await askLater(tx, taken, at.add({ seconds: endingPauseSeconds }));
      return null;
    }
    if (changed.changed) await leaseExecution(tx, taken, leaseUntil);
    return { execution: executionIn(changed.order, taken) ?? execution, step, asks: changed.changed ? 0 : taken.asks };
  });
}

type Outcome = Extract<ExecutionCommand, { type: "answer" | "unsent" }>;

/** What becomes of it by what the bank says, or by what the gateway knows without it. */
async function tellOrAsk({ bankGateway, clock }: Context, { paymentOrderId, paymentId, executionId }: ExecutionKey, step: Due["step"]): Promise<Outcome> {
  const params = { orderId: paymentOrderId, paymentId, executionId };
  try {
    const told = await (step === "submit" ? bankGateway.submitExecution({ params }) : bankGateway.readExecution({ params }));
    const { status, archiveId, debtorIban, reason = null } = told;
    return { type: "answer", at: clock.now(), status, archiveId, debtorIban, aspspReason: reason };
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_BANK_PAYMENT_UNSENT") throw error;
    return { type: "unsent", at: clock.now() };
  }
}

async function recordOutcome(ctx: Context, key: ExecutionKey & { readonly asks: number }, outcome: Outcome): Promise<void> {
  const { at } = outcome;
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, key);
    if (order === undefined) return;
    const { changed } = await changeOrder(tx, order, { commands: [commandFor(key, outcome)] }, at);
    const execution = executionIn(order, key);
    const next = execution === undefined ? null : nextAskAt(execution, key.asks, at);
    if (!changed && next !== null) await askLater(tx, key, next);
  });
}

function commandFor({ paymentId, executionId }: ExecutionKey, command: ExecutionCommand) {
  return { paymentId, command: { type: "execution", at: command.at, executionId, command } as const };
}

function executionIn(order: PaymentOrder, { paymentId, executionId }: ExecutionKey): Execution | undefined {
  const payment = order.payments.find((candidate) => candidate.paymentId === paymentId);
  return payment === undefined ? undefined : executionsOf(payment).find((candidate) => candidate.executionId === executionId);
}
