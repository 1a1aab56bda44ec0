import { useMutation, useQueryClient } from "@tanstack/react-query";
import { againWhileBusy } from "../../../api/again-while-busy.ts";
import { ask } from "../../../api/client.ts";
import { removeRule } from "../../../api/remove-rule.ts";
import { refresh } from "../../../api/refresh.ts";
import { draftOf, keepDraft } from "./note-draft.ts";
import type { CategoryId } from "../../../ui/category-ids.ts";
import { type Said, showSaid } from "../show-said.ts";

interface Kept {
  /** What the transaction is now, where the answer tells it. */
  readonly said?: Omit<Said, "transactionId">;
  readonly counterpartyRuleId?: string;
}

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
    onSuccess: ({ said }) => said !== undefined && showSaid(queryClient, [{ ...said, transactionId }]),
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
      showSaid(queryClient, [{ ...said, transactionId }]);
      // What was typed on meanwhile stays.
      if (draftOf(queryClient, transactionId)?.trim() === (note ?? "")) keepDraft(queryClient, transactionId, undefined);
    },
  });
}
