import type { AspspPaymentStatus } from "@opl/contracts/http/bank-gateway-payments";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable } from "kysely";
import type { OrderPaymentsTable, PaymentOrdersTable, Tables } from "./tables.ts";

type Db = Executor<Tables>;
/** Payments that a person approves together. */
export type PaymentOrder = Omit<Selectable<PaymentOrdersTable>, "createdAt" | "leaseUntil">;
/** One of them, as far as the bank has it. */
export type OrderPayment = Omit<Selectable<OrderPaymentsTable>, "sentAt">;

const orderColumns = ["orderId", "psuId", "aspspId", "registrationId", "aspspAuthorisationId", "endedAt"] as const;
const paymentColumns = ["paymentId", "orderId", "scheme", "wantedHash", "dataKeyId", "sealed", "outcome", "aspspPaymentId", "status", "instant"] as const;

/** Opens an order once. */
export async function insertOrder(db: Db, order: Pick<PaymentOrder, "orderId" | "psuId" | "aspspId" | "registrationId">, now: Temporal.Instant): Promise<void> {
  await db
    .insertInto("paymentOrders")
    .values({ ...order, createdAt: now })
    .onConflict((conflict) => conflict.column("orderId").doNothing())
    .execute();
}

/** The order, for its person only; without a person whoever owns it. */
export async function getOrder(db: Db, orderId: string, owner: { psuId: string } | "unattended"): Promise<PaymentOrder | undefined> {
  const query = db.selectFrom("paymentOrders").select(orderColumns).where("orderId", "=", orderId);
  return (owner === "unattended" ? query : query.where("psuId", "=", owner.psuId)).executeTakeFirst();
}

/** Takes the right to give the bank payments of this order; undefined while another process has it. */
export async function takeOrderLease(db: Db, orderId: string, now: Temporal.Instant, until: Temporal.Instant): Promise<PaymentOrder | undefined> {
  return db
    .updateTable("paymentOrders")
    .set({ leaseUntil: until })
    .where("orderId", "=", orderId)
    .where((eb) => eb.or([eb("leaseUntil", "is", null), eb("leaseUntil", "<", now)]))
    .returning(orderColumns)
    .executeTakeFirst();
}

/** Gives back the lease that was taken until then; one that somebody else took meanwhile stays theirs. */
export async function releaseOrderLease(db: Db, orderId: string, until: Temporal.Instant): Promise<void> {
  await db.updateTable("paymentOrders").set({ leaseUntil: null }).where("orderId", "=", orderId).where("leaseUntil", "=", until).execute();
}

export async function setAuthorisation(tx: Db, orderId: string, aspspAuthorisationId: string): Promise<void> {
  await tx.updateTable("paymentOrders").set({ aspspAuthorisationId }).where("orderId", "=", orderId).execute();
}

/** False when it had ended before, or never was. */
export async function endOrder(tx: Db, orderId: string, now: Temporal.Instant): Promise<boolean> {
  const row = await tx
    .updateTable("paymentOrders")
    .set({ endedAt: now })
    .where("orderId", "=", orderId)
    .where("endedAt", "is", null)
    .returning("orderId")
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteOrdersOfPsu(tx: Db, psuId: string): Promise<void> {
  await tx.deleteFrom("paymentOrders").where("psuId", "=", psuId).execute();
}

/** Notes a payment before its request leaves. */
export async function insertPayment(
  db: Db,
  payment: Pick<OrderPayment, "paymentId" | "orderId" | "scheme" | "wantedHash" | "dataKeyId" | "sealed">,
  now: Temporal.Instant,
): Promise<void> {
  await db
    .insertInto("orderPayments")
    .values({ ...payment, sentAt: now, outcome: "unknown" })
    .execute();
}

export async function getPayment(db: Db, paymentId: string): Promise<OrderPayment | undefined> {
  return db.selectFrom("orderPayments").select(paymentColumns).where("paymentId", "=", paymentId).executeTakeFirst();
}

export async function paymentsOfOrder(db: Db, orderId: string): Promise<readonly OrderPayment[]> {
  return db.selectFrom("orderPayments").select(paymentColumns).where("orderId", "=", orderId).orderBy("sentAt").execute();
}

export async function markCreated(
  tx: Db,
  paymentId: string,
  made: { readonly aspspPaymentId: string; readonly status: AspspPaymentStatus; readonly instant: boolean },
): Promise<void> {
  const { aspspPaymentId, status, instant } = made;
  await tx.updateTable("orderPayments").set({ outcome: "created", aspspPaymentId, status, instant }).where("paymentId", "=", paymentId).execute();
}

/** The bank understood and said no. */
export async function markRefused(db: Db, paymentId: string): Promise<void> {
  await db.updateTable("orderPayments").set({ outcome: "refused" }).where("paymentId", "=", paymentId).where("outcome", "=", "unknown").execute();
}

/**
 * Notes an execution before it leaves, for this process alone until `until`. `repeated`: it may have left before. @returns `busy` while
 * another process sends it, `foreign` where the id stands for an execution of another payment
 */
export async function claimExecution(
  db: Db,
  { executionId, paymentId }: { readonly executionId: string; readonly paymentId: string },
  now: Temporal.Instant,
  until: Temporal.Instant,
): Promise<"first" | "repeated" | "busy" | "foreign"> {
  const { rows } = await sql<{ first: boolean }>`
    insert into payment_executions as known (execution_id, payment_id, sent_at, lease_until)
    values (${executionId}, ${paymentId}, ${now}, ${until})
    on conflict (execution_id) do update set lease_until = excluded.lease_until
    where known.payment_id = excluded.payment_id and (known.lease_until is null or known.lease_until < ${now})
    returning (xmax = 0) as first`.execute(db);
  const [row] = rows;
  if (row !== undefined) return row.first ? "first" : "repeated";
  const known = await db.selectFrom("paymentExecutions").select("paymentId").where("executionId", "=", executionId).executeTakeFirst();
  return known?.paymentId === paymentId ? "busy" : "foreign";
}

/** Of what was claimed until then nothing left, so the next one is the first. */
export async function forgetExecution(db: Db, executionId: string, until: Temporal.Instant): Promise<void> {
  await db.deleteFrom("paymentExecutions").where("executionId", "=", executionId).where("leaseUntil", "=", until).execute();
}

/** Gives back what was claimed until then. */
export async function releaseExecution(db: Db, executionId: string, until: Temporal.Instant): Promise<void> {
  await db.updateTable("paymentExecutions").set({ leaseUntil: null }).where("executionId", "=", executionId).where("leaseUntil", "=", until).execute();
}
