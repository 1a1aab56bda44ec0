import { QueryCache, QueryClient, MutationCache } from "@tanstack/react-query";
import { isApiError } from "../api/api-error.ts";

/** The cache of answers. `onSignedOut` is called when any of them says that the session is over. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const watch = (error: unknown): void => {
    if (isApiError(error) && error.signedOut) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== "me" && watch(error) }),
    mutationCache: new MutationCache({ onError: watch }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // Stored answers come first; a lost connection is tried again, a refusal is not.
        retry: (failures, error) => failures < 2 && isApiError(error) && error.unreachable,
        retryDelay: (attempt) => Math.min(1_000 * 2 ** attempt, 8_000),
        refetchOnWindowFocus: true,
      },
    },
  });
}
