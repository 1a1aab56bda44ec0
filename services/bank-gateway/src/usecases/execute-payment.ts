import type { AspspExecutionStatus } from "@opl/contracts/http/bank-gateway-payments";
import { aspspReason } from "@opl/contracts/model";
import type { AspspReason } from "@opl/contracts/model";
import { isOplError } from "@opl/errors";
import type { AspspExecution, AspspPaymentRef, BankCalls, PaymentsFacet } from "../adapters/bank-adapter.ts";
import { claimExecution, forgetExecution, releaseExecution } from "../db/payment-store.ts";
import { errors } from "../errors.ts";
import { callForOrder, orderAtBank, paymentAtBank } from "./order-calls.ts";
import type { OrderAtBank, OrderRequest, PaymentContext } from "./order-calls.ts";

export interface ExecutionRequest extends OrderRequest {
  readonly paymentId: string;
  readonly executionId: string;
}

interface ExecutionState extends AspspExecution {
  readonly debtorIban: string | null;
  readonly reason: AspspReason | null;
  readonly answeredAt: string;
}

const leaseSeconds = 60;
/** The bank says that the same execution may be tried again. */
const retriable: ReadonlySet<AspspExecutionStatus> = new Set(["error", "pending"]);

/**
 * Has an approved payment executed. It is written down before it leaves; from then on the bank is asked whether it knows it before it is
 * sent again, always under the same id, so that money moves once.
 * @throws ERR_BANK_PAYMENT_UNSENT where there is no token and nothing of it ever left, ERR_BANK_PAYMENT_RUNNING, ERR_BANK_PAYMENT_EXISTS for the id of another payment's execution, ERR_ASPSP_REJECTED with the bank's reason
 */
export async function submitExecution(ctx: PaymentContext, request: ExecutionRequest): Promise<ExecutionState> {
  const { paymentId, executionId } = request;
  const at = await orderAtBank(ctx, request);
  const payment = await paymentAtBank(ctx, at.order, paymentId);
  const now = ctx.clock.now();
  const until = now.add({ seconds: leaseSeconds });
  const claim = await claimExecution(ctx.db, { executionId, paymentId }, now, until);
  if (claim === "busy") throw errors.ERR_BANK_PAYMENT_RUNNING();
  if (claim === "foreign") throw errors.ERR_BANK_PAYMENT_EXISTS();
  let sent = claim === "repeated";
  try {
    const asClient = at.payments.approvedByHelper?.(at.order.aspspAuthorisationId) ?? false;
    return await callForOrder(ctx, at, { ...request, asClient }, async (calls) => {
      const before = claim === "repeated" ? await at.payments.readExecution(calls, payment, executionId) : undefined;
      if (before !== undefined && !retriable.has(before.status)) return complete(ctx, at, calls, payment, { ...before, reason: null });
      sent = true;
      return complete(ctx, at, calls, payment, await execute(at.payments, calls, payment, executionId));
    });
  } catch (error) {
    if (!sent && isUnauthorised(error)) throw errors.ERR_BANK_PAYMENT_UNSENT({ cause: error });
    throw error;
  } finally {
    await (sent ? releaseExecution : forgetExecution)(ctx.db, executionId, until);
  }
}

/** There is no token of the person: none yet, or none any more. */
function isUnauthorised(error: unknown): boolean {
  return isOplError(error) && error.code === "ERR_BANK_PAYMENT_STATE" && error.details?.["reason"] === "not-authorised";
}

/** What the bank says of one execution; `unknown` where it never got it. */
export async function readExecution(
  ctx: PaymentContext,
  request: ExecutionRequest,
): Promise<ExecutionState | (Omit<ExecutionState, "status"> & { readonly status: "unknown" })> {
  const { paymentId, executionId } = request;
  const at = await orderAtBank(ctx, request);
  const payment = await paymentAtBank(ctx, at.order, paymentId);
  return callForOrder(ctx, at, { ...request, asClient: true }, async (calls) => {
    const execution = await at.payments.readExecution(calls, payment, executionId);
    if (execution !== undefined) return complete(ctx, at, calls, payment, { ...execution, reason: null });
    return { status: "unknown", archiveId: null, debtorIban: null, reason: null, answeredAt: ctx.clock.now().toString() };
  });
}

type Executed = AspspExecution & { readonly reason: AspspReason | null };

/** A bank that refuses may have noted the execution all the same, as one to try again or as one that is over. */
async function execute(payments: PaymentsFacet, calls: BankCalls, payment: AspspPaymentRef, executionId: string): Promise<Executed> {
  try {
    return { ...(await payments.execute(calls, payment, executionId)), reason: null };
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_ASPSP_REJECTED") throw error;
    const noted = await payments.readExecution(calls, payment, executionId);
    if (noted === undefined) throw error;
    return { ...noted, reason: aspspReason.catch("refused").parse(error.details?.["reason"]) };
  }
}

/** Once money moved it is said which account it left; what the bank does not tell then changes nothing of that. */
async function complete(
  ctx: PaymentContext,
  { payments, order }: OrderAtBank,
  calls: BankCalls,
  payment: AspspPaymentRef,
  executed: Executed,
): Promise<ExecutionState> {
  const answeredAt = ctx.clock.now().toString();
  if (executed.status !== "debited" && executed.status !== "credited") return { ...executed, debtorIban: null, answeredAt };
  try {
    const { debtorIban } = await payments.readPayment(calls, payment);
    return { ...executed, debtorIban, answeredAt };
  } catch (error) {
    if (!isOplError(error)) throw error;
    ctx.logger.warn({ orderId: order.orderId, aspspId: order.aspspId, code: error.code }, "the account of an executed payment could not be read");
    return { ...executed, debtorIban: null, answeredAt };
  }
}
