import { exportAccounts, exportBalances, exportTransactions } from "@opl/contracts/http/ingest";
import { toWire } from "@opl/money";
import { route } from "@opl/service";
import { accountsAfter } from "../db/account-store.ts";
import { balancesAfter } from "../db/balance-store.ts";
import { toTransaction, transactionsAfter } from "../db/transaction-store.ts";
import type { HttpContext } from "./index.ts";

const rowsPerPage = 1000;

/** Everything in id order, for a service that forgot. */
export const rebuildRoutes = ({ db }: HttpContext) => [
  route(exportAccounts, async ({ query }) => {
    const accounts = [...(await accountsAfter(db, query.after, rowsPerPage))];
    return { accounts, next: next(accounts, accounts.at(-1)?.accountId) };
  }),
  route(exportTransactions, async ({ query }) => {
    const rows = await transactionsAfter(db, query.after, rowsPerPage);
    return { transactions: rows.map((row) => ({ ...toTransaction(row), psuId: row.psuId })), next: next(rows, rows.at(-1)?.transactionId) };
  }),
  route(exportBalances, async ({ query }) => {
    const rows = await balancesAfter(db, query.after, rowsPerPage);
    const balances = rows.map(({ balanceId, accountId, psuId, type, amountMinor, currency, asOf, recordedAt }) => {
      return { balanceId, accountId, psuId, type, amount: toWire({ minor: amountMinor, currency }), asOf: asOf.toString(), recordedAt: recordedAt.toString() };
    });
    return { balances, next: next(rows, rows.at(-1)?.balanceId) };
  }),
];

function next(page: readonly unknown[], last: string | undefined): string | null {
  return page.length < rowsPerPage ? null : (last ?? null);
}
