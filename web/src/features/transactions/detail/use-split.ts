import { useMutation, useQueryClient } from "@tanstack/react-query";
import { againWhileBusy } from "../../../api/again-while-busy.ts";
import { ask } from "../../../api/client.ts";
import { refresh } from "../../../api/refresh.ts";
import { showSaid } from "../show-said.ts";
import type { SaidParts } from "./split-draft.ts";

/** Splits a transaction into these parts in the place of those before; null takes them back. */
export function useSplit(transactionId: string) {
  const queryClient = useQueryClient();
  const params = { transactionId };
  return useMutation({
    ...againWhileBusy,
    mutationFn: (parts: SaidParts | null) =>
      parts === null ? ask("removeTransactionSplit", { params }) : ask("splitTransaction", { params, body: { parts } }),
    onSuccess: (said) => showSaid(queryClient, [{ ...said, transactionId }]),
    onSettled: () => refresh(queryClient, ["transactions", "insights", "overview"]),
  });
}
