/** Reads and writes payment orders, always for a PSU; what spans people is for jobs alone and gives keys only. */
import { columnNames } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { Insertable, Selectable, Transaction } from "kysely";
import { nextAskAt } from "../domain/payment-execution.ts";
import type { Execution } from "../domain/payment-execution.ts";
import { executionsOf, orderDueAt } from "../domain/payment-order.ts";
import type { Payment, PaymentOrder } from "../domain/payment-order.ts";
import { growingPause } from "../domain/pause.ts";
import { consentColumns } from "./tables.ts";
import type { ConsentTables, PaymentExecutionsTable, PaymentHistoryTable, PaymentOrdersTable, PaymentsTable } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;
type OrderRow = Selectable<PaymentOrdersTable>;
type PaymentRow = Selectable<PaymentsTable>;
type ExecutionRow = Selectable<PaymentExecutionsTable>;

export interface PaymentOrderKey {
  readonly psuId: string;
  readonly paymentOrderId: string;
}
export interface ExecutionKey extends PaymentOrderKey {
  readonly paymentId: string;
  readonly executionId: string;
}
export type PaymentHistoryEntry = Pick<Selectable<PaymentHistoryTable>, "paymentId" | "at" | "status" | "by" | "reason">;
export interface PaymentOrderWithHistory {
  readonly order: PaymentOrder;
  readonly history: readonly PaymentHistoryEntry[];
}

const lookPause = { firstSeconds: 2, longestSeconds: 3600 };

/** @returns false when somebody has an order or a payment with one of these ids already */
export async function insertOrder(tx: Tx, order: PaymentOrder, contentHash: Buffer): Promise<boolean> {
  const { payments, ...row } = order;
  const inserted = await tx
    .insertInto("paymentOrders")
    .values({ ...row, contentHash, heldUntil: null, nextLookAt: orderDueAt(order, order.createdAt) })
    .onConflict((conflict) => conflict.doNothing())
    .returning("paymentOrderId")
    .executeTakeFirst();
  if (inserted === undefined) return false;
  const rows = await tx
    .insertInto("payments")
    .values(payments.map((payment) => paymentRow(order, payment)))
    .onConflict((conflict) => conflict.doNothing())
    .returning("paymentId")
    .execute();
  return rows.length === payments.length;
}

/** Whether the person has this order, and with this content. */
export async function contentOf(tx: Tx, { psuId, paymentOrderId }: PaymentOrderKey): Promise<Buffer | undefined> {
  const row = await tx
    .selectFrom("paymentOrders")
    .select("contentHash")
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .executeTakeFirst();
  return row?.contentHash;
}

/** Locks the order until the transaction ends: what becomes of its payments is decided on what is read here. */
export async function lockOrder(
  tx: Tx,
  { psuId, paymentOrderId }: PaymentOrderKey,
): Promise<(PaymentOrder & { readonly heldUntil: Temporal.Instant | null }) | undefined> {
  const row = await tx
    .selectFrom("paymentOrders")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const [order] = await withPayments(tx, [row]);
  return order === undefined ? undefined : { ...order, heldUntil: row.heldUntil };
}

/** Saves what differs between the two, and when the clocks come back to it. */
export async function saveOrder(tx: Tx, before: PaymentOrder, after: PaymentOrder, now: Temporal.Instant): Promise<void> {
  const { psuId, paymentOrderId, givenAt, approvedAt } = after;
  await tx
    .updateTable("paymentOrders")
    .set({ givenAt, approvedAt, nextLookAt: orderDueAt(after, now), looks: 0 })
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .execute();
  for (const payment of after.payments) {
    const old = before.payments.find(({ paymentId }) => paymentId === payment.paymentId);
    if (old === payment) continue;
    const { psuId: _, paymentId, ...columns } = paymentRow(after, payment);
    await tx.updateTable("payments").set(columns).where("psuId", "=", psuId).where("paymentId", "=", paymentId).execute();
    const known = new Set(old === undefined ? [] : executionsOf(old));
    const changed = executionsOf(payment).filter((execution) => !known.has(execution));
    if (changed.length === 0) continue;
    await tx
      .insertInto("paymentExecutions")
      .values(changed.map((execution) => executionRow(psuId, paymentId, execution, now)))
      .onConflict((conflict) =>
        conflict.columns(["psuId", "executionId"]).doUpdateSet((eb) => ({
          status: eb.ref("excluded.status"),
          statusAt: eb.ref("excluded.statusAt"),
          submittedAt: eb.ref("excluded.submittedAt"),
          again: eb.ref("excluded.again"),
          executedAt: eb.ref("excluded.executedAt"),
          debtorIban: eb.ref("excluded.debtorIban"),
          archiveId: eb.ref("excluded.archiveId"),
          reason: eb.ref("excluded.reason"),
          transactionId: eb.ref("excluded.transactionId"),
          nextAskAt: eb.ref("excluded.nextAskAt"),
          asks: 0,
        })),
      )
      .execute();
  }
}

/** Call with the order locked or just inserted: positions are counted. */
export async function appendPaymentHistory(tx: Tx, psuId: string, { paymentId, at, status, by, reason }: PaymentHistoryEntry): Promise<void> {
  await tx
    .insertInto("paymentHistory")
    .columns(["psuId", "paymentId", "position", "at", "status", "by", "reason"])
    .expression((eb) =>
      eb
        .selectFrom("paymentHistory")
        .where("psuId", "=", psuId)
        .where("paymentId", "=", paymentId)
        .select((s) => [
          s.val(psuId).as("psuId"),
          s.val(paymentId).as("paymentId"),
          s.fn.coalesce(s(s.fn.max("position"), "+", 1), s.lit(1)).as("position"),
          s.val(at.toString()).as("at"),
          s.val(status).as("status"),
          s.val(by).as("by"),
          s.val(reason).as("reason"),
        ]),
    )
    .execute();
}

export async function getOrder(db: Db, { psuId, paymentOrderId }: PaymentOrderKey): Promise<PaymentOrderWithHistory | undefined> {
  const rows = await db.selectFrom("paymentOrders").selectAll().where("psuId", "=", psuId).where("paymentOrderId", "=", paymentOrderId).execute();
  return (await withHistory(db, psuId, rows))[0];
}

/** Where an order stands in the list of its person. */
export type PlaceOfOrder = Pick<OrderRow, "createdAt" | "paymentOrderId">;

export async function placeOfOrder(db: Db, { psuId, paymentOrderId }: PaymentOrderKey): Promise<PlaceOfOrder | undefined> {
  return db
    .selectFrom("paymentOrders")
    .select(["createdAt", "paymentOrderId"])
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .executeTakeFirst();
}

/** Newest first, from behind a place on; of one instant by their ids, so that no page ends between two that are one to it. */
export async function listOrders(
  db: Db,
  psuId: string,
  { behind, limit }: { readonly behind?: PlaceOfOrder | undefined; readonly limit: number },
): Promise<readonly PaymentOrderWithHistory[]> {
  const rows = await db
    .selectFrom("paymentOrders")
    .selectAll()
    .where("psuId", "=", psuId)
    .$if(behind !== undefined, (query) =>
      query.where((eb) => eb(eb.refTuple("createdAt", "paymentOrderId"), "<", eb.tuple(behind!.createdAt, behind!.paymentOrderId))),
    )
    .orderBy("createdAt", "desc")
    .orderBy("paymentOrderId", "desc")
    .limit(limit)
    .execute();
  return withHistory(db, psuId, rows);
}

/**
 * For the first screen: the newest orders, and older ones that are not over or had an execution change at `since` or later. Newest first, `limit` in all.
 */
export async function listOrdersToWatch(
  db: Db,
  psuId: string,
  { newest, since, limit }: { readonly newest: number; readonly since: Temporal.Instant; readonly limit: number },
): Promise<readonly PaymentOrderWithHistory[]> {
  const rows = await db
    .selectFrom("paymentOrders")
    .select(columnNames(consentColumns.paymentOrders))
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "in", (eb) =>
      eb
        .selectFrom((newestOnes) =>
          newestOnes
            .selectFrom("paymentOrders")
            .select("paymentOrderId")
            .where("psuId", "=", psuId)
            .orderBy("createdAt", "desc")
            .orderBy("paymentOrderId", "desc")
            .limit(newest)
            .as("newest"),
        )
        .select("newest.paymentOrderId")
        .union(
          eb
            .selectFrom("payments")
            .leftJoin("paymentExecutions", (join) =>
              join.onRef("paymentExecutions.psuId", "=", "payments.psuId").onRef("paymentExecutions.paymentId", "=", "payments.paymentId"),
            )
            .select("payments.paymentOrderId")
            .where("payments.psuId", "=", psuId)
            .where((w) =>
              w.or([
                w("payments.status", "in", ["intended", "awaitingAuthorisation"]),
                w("paymentExecutions.status", "in", ["authorised", "submitted", "accepted", "pending"]),
                w("paymentExecutions.statusAt", ">=", w.val(since)),
              ]),
            ),
        ),
    )
    .orderBy("createdAt", "desc")
    .orderBy("paymentOrderId", "desc")
    .limit(limit)
    .execute();
  return withHistory(db, psuId, rows);
}

/** The bank's side of an order is one process's until then. @returns false while it is another's */
export async function holdOrder(
  tx: Tx,
  { psuId, paymentOrderId }: PaymentOrderKey,
  { now, until }: { now: Temporal.Instant; until: Temporal.Instant },
): Promise<boolean> {
  const result = await tx
    .updateTable("paymentOrders")
    .set({ heldUntil: until })
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .where((eb) => eb.or([eb("heldUntil", "is", null), eb("heldUntil", "<=", eb.val(now))]))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Only the hold that was taken until `until`: one that ran out may be another's by now. */
export async function releaseOrder(db: Db, { psuId, paymentOrderId }: PaymentOrderKey, until: Temporal.Instant): Promise<void> {
  await db
    .updateTable("paymentOrders")
    .set({ heldUntil: null })
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .where("heldUntil", "=", until)
    .execute();
}

/** Takes one order that needs looking at, for the caller alone for a while that grows each time nothing came of it. */
export async function takeDueOrder(
  db: Db,
  { now, leaseUntil }: { now: Temporal.Instant; leaseUntil: Temporal.Instant },
): Promise<(PaymentOrderKey & { readonly looks: number }) | undefined> {
  // Read once, by itself: inside `where … in` the planner may run it again and take more than one.
  return db
    .with("due", (eb) =>
      eb
        .selectFrom("paymentOrders")
        .select(["psuId", "paymentOrderId"])
        .where("nextLookAt", "<=", now)
        .where((w) => w.or([w("heldUntil", "is", null), w("heldUntil", "<=", w.val(now))]))
        .orderBy("nextLookAt")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("paymentOrders as taken")
    .from("due")
    .set((eb) => ({ looks: eb("taken.looks", "+", 1), nextLookAt: leaseUntil }))
    .whereRef("taken.psuId", "=", "due.psuId")
    .whereRef("taken.paymentOrderId", "=", "due.paymentOrderId")
    .returning(["taken.psuId", "taken.paymentOrderId", "taken.looks"])
    .executeTakeFirst();
}

/** Nothing came of it this time. */
export async function lookLater(db: Db, { psuId, paymentOrderId, looks }: PaymentOrderKey & { readonly looks: number }, now: Temporal.Instant): Promise<void> {
  await db
    .updateTable("paymentOrders")
    .set({ nextLookAt: growingPause(now, looks, lookPause) })
    .where("psuId", "=", psuId)
    .where("paymentOrderId", "=", paymentOrderId)
    .where("looks", "=", looks)
    .execute();
}

/** Takes one execution that is due, for the caller alone until `leaseUntil`. */
export async function takeDueExecution(
  db: Db,
  { now, leaseUntil }: { now: Temporal.Instant; leaseUntil: Temporal.Instant },
): Promise<(ExecutionKey & { readonly asks: number }) | undefined> {
  return db
    .with("due", (eb) =>
      eb.selectFrom("paymentExecutions").select(["psuId", "executionId"]).where("nextAskAt", "<=", now).orderBy("nextAskAt").limit(1).forUpdate().skipLocked(),
    )
    .updateTable("paymentExecutions as taken")
    .from(["due", "payments"])
    .set((eb) => ({ asks: eb("taken.asks", "+", 1), nextAskAt: leaseUntil }))
    .whereRef("taken.psuId", "=", "due.psuId")
    .whereRef("taken.executionId", "=", "due.executionId")
    .whereRef("payments.psuId", "=", "taken.psuId")
    .whereRef("payments.paymentId", "=", "taken.paymentId")
    .returning(["taken.psuId", "taken.executionId", "taken.paymentId", "taken.asks", "payments.paymentOrderId"])
    .executeTakeFirst();
}

/** The bank's answer changed nothing, or there was none: when to ask again. */
export async function askLater(db: Db, { psuId, executionId, asks }: ExecutionKey & { readonly asks: number }, nextAskAt: Temporal.Instant): Promise<void> {
  await db
    .updateTable("paymentExecutions")
    .set({ nextAskAt })
    .where("psuId", "=", psuId)
    .where("executionId", "=", executionId)
    .where("asks", "=", asks)
    .where("nextAskAt", "is not", null)
    .execute();
}

/** It has just been decided to give it to the bank: it stays the caller's until it has done so. */
export async function leaseExecution(tx: Tx, { psuId, executionId }: ExecutionKey, leaseUntil: Temporal.Instant): Promise<void> {
  await tx.updateTable("paymentExecutions").set({ nextAskAt: leaseUntil }).where("psuId", "=", psuId).where("executionId", "=", executionId).execute();
}

export async function listOrderKeys(tx: Tx, psuId: string): Promise<readonly PaymentOrderKey[]> {
  return tx.selectFrom("paymentOrders").select(["psuId", "paymentOrderId"]).where("psuId", "=", psuId).orderBy("paymentOrderId").execute();
}

/** Everything about a person's payments; what hangs on the orders goes with them. */
export async function eraseOrders(tx: Tx, psuId: string): Promise<void> {
  await tx.deleteFrom("paymentOrders").where("psuId", "=", psuId).execute();
}

async function withHistory(db: Db, psuId: string, rows: readonly OrderRow[]): Promise<readonly PaymentOrderWithHistory[]> {
  const orders = await withPayments(db, rows);
  const paymentIds = orders.flatMap(({ payments }) => payments.map(({ paymentId }) => paymentId));
  if (paymentIds.length === 0) return [];
  const history = await db
    .selectFrom("paymentHistory")
    .select(["paymentId", "at", "status", "by", "reason"])
    .where("psuId", "=", psuId)
    .where("paymentId", "in", paymentIds)
    .orderBy("paymentId")
    .orderBy("position")
    .execute();
  return orders.map((order) => {
    const own = new Set(order.payments.map(({ paymentId }) => paymentId));
    return { order, history: history.filter(({ paymentId }) => own.has(paymentId)) };
  });
}

/** The rows of one person's orders, whole. */
async function withPayments(db: Db, rows: readonly OrderRow[]): Promise<readonly PaymentOrder[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const payments = await db
    .selectFrom("payments")
    .selectAll()
    .where("psuId", "=", first.psuId)
    .where(
      "paymentOrderId",
      "in",
      rows.map(({ paymentOrderId }) => paymentOrderId),
    )
    .orderBy("position")
    .execute();
  const executions = await db
    .selectFrom("paymentExecutions")
    .selectAll()
    .where("psuId", "=", first.psuId)
    .where(
      "paymentId",
      "in",
      payments.map(({ paymentId }) => paymentId),
    )
    .orderBy("position")
    .execute();
  const executionsById = Map.groupBy(executions, ({ paymentId }) => paymentId);
  const paymentsById = Map.groupBy(payments, ({ paymentOrderId }) => paymentOrderId);
  return rows.map(({ psuId, paymentOrderId, aspspId, debtorIban, createdAt, approveUntil, givenAt, approvedAt }) => ({
    psuId,
    paymentOrderId,
    aspspId,
    debtorIban,
    createdAt,
    approveUntil,
    givenAt,
    approvedAt,
    payments: (paymentsById.get(paymentOrderId) ?? []).map((payment) => fromPaymentRow(payment, executionsById.get(payment.paymentId) ?? [])),
  }));
}

function paymentRow({ psuId, paymentOrderId }: PaymentOrder, payment: Payment): Insertable<PaymentsTable> {
  const { paymentId, position, instruction, schedule, status, statusAt } = payment;
  const ending = "ending" in payment ? payment.ending : null;
  return {
    psuId,
    paymentId,
    paymentOrderId,
    position,
    instruction,
    ...schedule,
    status,
    statusAt,
    reason: "reason" in payment ? payment.reason : null,
    ending: ending?.as ?? null,
    endingBy: ending?.by ?? null,
    endingReason: ending?.reason ?? null,
  };
}

function fromPaymentRow(row: PaymentRow, executions: readonly ExecutionRow[]): Payment {
  const { paymentId, position, instruction, firstDate, every, count, statusAt, reason } = row;
  const base = { paymentId, position, instruction, schedule: { firstDate, every, count }, statusAt };
  const ending = row.ending === null ? null : { as: row.ending, by: present(row.endingBy), reason: row.endingReason };
  switch (row.status) {
    case "intended":
    case "awaitingAuthorisation":
      return { ...base, status: row.status, ending };
    case "authorised":
      return { ...base, status: row.status, ending, executions: executions.map(fromExecutionRow) };
    case "rejected":
    case "refused":
    case "cancelled":
    case "expired":
      return { ...base, status: row.status, reason };
  }
}

function executionRow(psuId: string, paymentId: string, execution: Execution, now: Temporal.Instant): Insertable<PaymentExecutionsTable> {
  const { executionId, position, dueDate, status, statusAt, archiveId, reason } = execution;
  const moved = "executedAt" in execution ? execution : null;
  return {
    psuId,
    executionId,
    paymentId,
    position,
    dueDate: dueDate.toString(),
    status,
    statusAt,
    submittedAt: "submittedAt" in execution ? execution.submittedAt : null,
    again: execution.status === "pending" ? execution.again : null,
    executedAt: moved?.executedAt ?? null,
    debtorIban: moved?.debtorIban ?? null,
    archiveId,
    reason,
    transactionId: moved?.transactionId ?? null,
    nextAskAt: nextAskAt(execution, 0, now),
    asks: 0,
  };
}

function fromExecutionRow(row: ExecutionRow): Execution {
  const { executionId, position, statusAt, archiveId, reason } = row;
  const base = { executionId, position, dueDate: Temporal.PlainDate.from(row.dueDate), statusAt, archiveId, reason };
  switch (row.status) {
    case "authorised":
    case "rejected":
    case "cancelled":
      return { ...base, status: row.status };
    case "submitted":
    case "accepted":
      return { ...base, status: row.status, submittedAt: present(row.submittedAt) };
    case "pending":
      return { ...base, status: row.status, submittedAt: present(row.submittedAt), again: present(row.again) };
    case "debited":
    case "credited":
      return {
        ...base,
        status: row.status,
        submittedAt: present(row.submittedAt),
        executedAt: present(row.executedAt),
        debtorIban: row.debtorIban,
        transactionId: row.transactionId,
      };
  }
}

/** The tables' constraints say that it is there. */
function present<T>(value: T | null): T {
  if (value === null) throw new TypeError("A payment in the database breaks its own constraints.");
  return value;
}
