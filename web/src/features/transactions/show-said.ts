import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { queries, type TransactionPage, type TransactionRow, type TransactionView } from "../../api/queries.ts";

/** What a transaction means after the person said something. */
export type Said = Pick<TransactionRow, "transactionId" | "category" | "recurringId" | "note" | "split">;

/** Puts answers where transactions are shown, the list of many pages included, which `refresh` does not ask again under the reader's eyes. */
export function showSaid(queryClient: QueryClient, answers: readonly Said[]): void {
  const said = new Map(answers.map((answer) => [answer.transactionId, answer]));
  const changed = (row: TransactionRow): TransactionRow => {
    const { category, recurringId, note, split } = said.get(row.transactionId) ?? row;
    return said.has(row.transactionId) ? { ...row, category, recurringId, note, split } : row;
  };
  for (const transactionId of said.keys())
    queryClient.setQueryData<TransactionView>(queries.transaction(transactionId).queryKey, (view) =>
      view === undefined ? view : { ...view, transaction: changed(view.transaction) },
    );
  queryClient.setQueriesData<InfiniteData<TransactionPage>>({ queryKey: ["transactions", "list"] }, (list) =>
    list === undefined ? list : { ...list, pages: list.pages.map((page) => ({ ...page, transactions: page.transactions.map(changed) })) },
  );
}
