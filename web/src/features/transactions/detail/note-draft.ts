import type { QueryClient } from "@tanstack/react-query";

const keyOf = (transactionId: string) => ["note-draft", transactionId];

/** What was typed about a transaction and not saved. */
export function draftOf(queryClient: QueryClient, transactionId: string): string | undefined {
  return queryClient.getQueryData<string>(keyOf(transactionId));
}

/** Keeps it, or forgets it, while the page is open: Escape or another row takes nothing away. Signing out does, with the answers. */
export function keepDraft(queryClient: QueryClient, transactionId: string, draft: string | undefined): void {
  const queryKey = keyOf(transactionId);
  if (draft === undefined) return queryClient.removeQueries({ queryKey, exact: true });
  queryClient.getQueryCache().build(queryClient, { queryKey, gcTime: Infinity }).setData(draft);
}
