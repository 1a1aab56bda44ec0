import { useMutation, useQueryClient } from "@tanstack/react-query";
import { againWhileBusy } from "../../../api/again-while-busy.ts";
import { isApiError } from "../../../api/api-error.ts";
import { ask } from "../../../api/client.ts";
import { refresh } from "../../../api/refresh.ts";
import type { Ask } from "../../../api/routes.ts";
import { showSaid } from "../show-said.ts";

export type Annotations = Ask<"annotateTransactions">["body"]["annotations"];

/** The transactions for which nothing of what was said was kept: not there any more, or not booked. */
export function wrongIn(error: unknown): readonly string[] {
  const ids = isApiError(error) ? error.details?.["transactionIds"] : undefined;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

/**
 * Says something about many transactions, of all or of none; `onWrong` hears which of them kept it from being done. Undone is whatever is still there.
 */
export function useSayMany(onWrong: (transactionIds: readonly string[]) => void) {
  const queryClient = useQueryClient();
  const say = (annotations: Annotations) => ask("annotateTransactions", { body: { annotations } });
  return useMutation({
    ...againWhileBusy,
    mutationFn: async ({ annotations, undoing = false }: { readonly annotations: Annotations; readonly undoing?: boolean }) => {
      try {
        return await say(annotations);
      } catch (error) {
        const wrong = wrongIn(error);
        const left = annotations.filter(({ transactionId }) => !wrong.includes(transactionId));
        if (!undoing || wrong.length === 0 || left.length === 0) throw error;
        return say(left);
      }
    },
    onSuccess: ({ transactions }) => showSaid(queryClient, transactions),
    onError: (error) => {
      const wrong = wrongIn(error);
      if (wrong.length > 0) onWrong(wrong);
    },
    // Every figure may be another one now.
    onSettled: () => refresh(queryClient, ["transactions", "insights", "overview"]),
  });
}
