import { getTransaction, listTransactions } from "@opl/contracts/http/ingest";
import { toWire } from "@opl/money";
import { psuRoute } from "@opl/service";
import { countOwned } from "../db/account-store.ts";
import { paymentOf } from "../db/payment-store.ts";
import * as list from "../db/transaction-list.ts";
import * as transactions from "../db/transaction-store.ts";
import { readPlace, writePlace } from "../domain/listing.ts";
import { errors } from "../errors.ts";
import type { HttpContext } from "./index.ts";

export const transactionRoutes = ({ db }: HttpContext) => [
  psuRoute(listTransactions, async ({ psu: { psuId }, query: { accountId, cursor, limit, ...filter } }) => {
    const accountIds = accountId === undefined ? undefined : [...new Set([accountId].flat())];
    // One foreign account and nothing is answered.
    if (accountIds !== undefined && (await countOwned(db, psuId, accountIds)) !== accountIds.length) throw errors.ERR_ACCOUNT_NOT_FOUND();
    const after = cursor === undefined ? undefined : readPlace(cursor);
    if (cursor !== undefined && after === undefined) throw errors.ERR_CURSOR_INVALID();
    const rows = await list.listTransactions(db, { psuId, accountIds, filter, after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { transactions: page.map(transactions.toTransaction), nextCursor: rows.length > limit && last !== undefined ? writePlace(last) : null };
  }),
  psuRoute(getTransaction, async ({ psu: { psuId }, params: { transactionId } }) => {
    const row = await transactions.getTransaction(db, psuId, transactionId);
    if (row === undefined) throw errors.ERR_TRANSACTION_NOT_FOUND();
    const payment = await paymentOf(db, psuId, transactionId);
    const revisions = row.revision === 1 ? [] : await transactions.listRevisions(db, psuId, transactionId);
    return {
      transaction: transactions.toTransaction(row),
      recordedAt: row.recordedAt.toString(),
      paymentOrderId: payment?.paymentOrderId ?? null,
      paymentId: payment?.paymentId ?? null,
      revisions: revisions.map(({ revision, recordedAt, amountMinor, currency, bookingDate }) => ({
        revision,
        recordedAt: recordedAt.toString(),
        amount: toWire({ minor: amountMinor, currency }),
        bookingDate,
      })),
    };
  }),
];
