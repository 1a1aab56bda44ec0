import * as contracts from "@opl/contracts/http/bank-gateway";
import { route } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { fetchAccounts } from "../usecases/fetch-accounts.ts";
import { fetchTransactions } from "../usecases/fetch-transactions.ts";

/** Accounts with balances, and pages of transactions. */
export function accountRoutes(ctx: GatewayContext) {
  return [
    route(contracts.fetchAccounts, async ({ params, psu, signal }) => {
      const { fetchedAt, accounts } = await fetchAccounts(ctx, { ...params, psu, signal });
      return { fetchedAt: fetchedAt.toString(), accounts: accounts.map(({ account, balances }) => ({ account, balances: [...balances] })) };
    }),
    route(contracts.fetchTransactions, async ({ params, query, psu, signal }) => {
      const fetched = await fetchTransactions(ctx, { ...params, cursor: query.cursor, psu, signal });
      return { ...fetched, fetchedAt: fetched.fetchedAt.toString(), transactions: [...fetched.transactions] };
    }),
  ];
}
