import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { ask } from "../../../api/client.ts";
import { queries, type TransactionPage, type TransactionRow } from "../../../api/queries.ts";
import type { Answer } from "../../../api/routes.ts";
import type { CategoryId } from "../../../ui/category-ids.ts";

type Said = Answer<"correctTransactionCategory">;

/** What the person says about a transaction: its category (null takes it back) and a note. The page shows it as soon as it is kept. */
export function useSayCategory(transactionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (category: CategoryId | null) =>
      category === null
        ? ask("takeBackTransactionCategory", { params: { transactionId } })
        : ask("correctTransactionCategory", { params: { transactionId }, body: { category } }),
    onSuccess: (said) => {
      show(queryClient, transactionId, said);
      askAgain(queryClient);
    },
  });
}

export function useNote(transactionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (note: string | null) => ask("noteTransaction", { params: { transactionId }, body: { note } }),
    onSuccess: (said) => show(queryClient, transactionId, said),
  });
}

/** Puts the answer where the transaction is shown, the list of many pages included, which is not asked again under the reader's eyes. */
function show(queryClient: QueryClient, transactionId: string, said: Said): void {
  const changed = (row: TransactionRow): TransactionRow => (row.transactionId === transactionId ? { ...row, ...said } : row);
  queryClient.setQueryData(queries.transaction(transactionId).queryKey, (view) =>
    view === undefined ? view : { ...view, transaction: changed(view.transaction) },
  );
  queryClient.setQueriesData<InfiniteData<TransactionPage>>({ queryKey: ["transactions", "list"] }, (list) =>
    list === undefined ? list : { ...list, pages: list.pages.map((page) => ({ ...page, transactions: page.transactions.map(changed) })) },
  );
}

/** Every figure may be another one now. */
function askAgain(queryClient: QueryClient): void {
  for (const key of ["transactions", "insights", "overview"]) void queryClient.invalidateQueries({ queryKey: [key] });
}
