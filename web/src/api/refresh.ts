import type { Query, QueryClient } from "@tanstack/react-query";

/** More pages than these are not asked again under the reader's eyes. */
const FEW_PAGES = 2;

/** Whether these are so many pages of a list that asking them all again would cost more than it tells. */
export function isLongList(data: unknown): boolean {
  return typeof data === "object" && data !== null && "pages" in data && Array.isArray(data.pages) && data.pages.length > FEW_PAGES;
}

const isLong = ({ state }: Pick<Query, "state">): boolean => isLongList(state.data);

/** Makes the answers under these first words stale and asks those on screen again; a long list is marked only, and its page offers to show what changed. */
export function refresh(queryClient: QueryClient, keys: Iterable<string>): void {
  for (const key of keys) {
    void queryClient.invalidateQueries({ queryKey: [key], predicate: isLong, refetchType: "none" });
    void queryClient.invalidateQueries({ queryKey: [key], predicate: (query) => !isLong(query) });
  }
}
