import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { againWhileBusy } from "../../../api/again-while-busy.ts";
import { ask } from "../../../api/client.ts";
import { removeRule } from "../../../api/remove-rule.ts";
import { refresh } from "../../../api/refresh.ts";
import { draftOf, keepDraft } from "./note-draft.ts";
import { queries, type TransactionPage, type TransactionRow } from "../../../api/queries.ts";
import type { CategoryId } from "../../../ui/category-ids.ts";

interface Kept {
  /** What the transaction is now, where the answer tells it. */
  readonly said?: Said;
  readonly counterpartyRuleId?: string;
}
type Said = Pick<TransactionRow, "category" | "recurringId" | "note" | "split">;

/** What a person says about a category. To undo is to say what was said before, null for nothing. */
export interface Word {
  /** About this transaction. */
  readonly single?: CategoryId | null;
  /** About everything with its counterparty. */
  readonly rule?: { readonly category: CategoryId } | { readonly remove: string };
}

/** Says it, rule first: a rule takes the place of the word about the single transaction it is made from. */
export function useSayCategory(transactionId: string) {
  const queryClient = useQueryClient();
  const params = { transactionId };
  return useMutation({
    ...againWhileBusy,
    mutationFn: async ({ single, rule }: Word): Promise<Kept> => {
      let kept: Kept = {};
      if (rule !== undefined && "remove" in rule) await removeRule(rule.remove);
      else if (rule !== undefined) {
        const said = await ask("putTransactionRule", { params, body: rule });
        kept = { said, counterpartyRuleId: said.rule.counterpartyRuleId };
      }
      if (single === null) kept = { ...kept, said: await ask("takeBackTransactionCategory", { params }) };
      else if (single !== undefined) kept = { ...kept, said: await ask("correctTransactionCategory", { params, body: { category: single } }) };
      return kept;
    },
    onSuccess: ({ said }) => said !== undefined && show(queryClient, transactionId, said),
    // Every figure may be another one now, also where only a part of it was kept.
    onSettled: () => refresh(queryClient, ["transactions", "insights", "overview", "rules"]),
  });
}

/** Keeps the person's note on a transaction, null removes it. */
export function useNote(transactionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    ...againWhileBusy,
    mutationFn: (note: string | null) => ask("noteTransaction", { params: { transactionId }, body: { note } }),
    onSuccess: (said, note) => {
      show(queryClient, transactionId, said);
      // What was typed on meanwhile stays.
      if (draftOf(queryClient, transactionId)?.trim() === (note ?? "")) keepDraft(queryClient, transactionId, undefined);
    },
  });
}

/** Puts the answer where the transaction is shown, the list of many pages included, which `refresh` does not ask again under the reader's eyes. */
export function show(queryClient: QueryClient, transactionId: string, { category, recurringId, note, split }: Said): void {
  const changed = (row: TransactionRow): TransactionRow => (row.transactionId === transactionId ? { ...row, category, recurringId, note, split } : row);
  queryClient.setQueryData(queries.transaction(transactionId).queryKey, (view) =>
    view === undefined ? view : { ...view, transaction: changed(view.transaction) },
  );
  queryClient.setQueriesData<InfiniteData<TransactionPage>>({ queryKey: ["transactions", "list"] }, (list) =>
    list === undefined ? list : { ...list, pages: list.pages.map((page) => ({ ...page, transactions: page.transactions.map(changed) })) },
  );
}
