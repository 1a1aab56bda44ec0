import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queries, type TransactionPage } from "./queries.ts";
import { refresh } from "./refresh.ts";

/** A list on screen of which so many pages were read. */
async function shown(pages: number) {
  const queryClient = new QueryClient();
  const asked = vi.fn(({ pageParam }: { pageParam: unknown }) =>
    Promise.resolve({ transactions: [], nextCursor: `${String(pageParam)}.` } as unknown as TransactionPage),
  );
  const options = { ...queries.transactions({}), queryFn: asked };
  const observer = new InfiniteQueryObserver(queryClient, options);
  const leave = observer.subscribe(() => undefined);
  await expect.poll(() => observer.getCurrentResult().isSuccess).toBe(true);
  for (let page = 1; page < pages; page += 1) await observer.fetchNextPage();
  asked.mockClear();
  ended.push(leave);
  return { queryClient, asked, options, isStale: () => observer.getCurrentResult().isStale, isFetching: () => queryClient.isFetching() > 0 };
}
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

describe("a list on screen after a change", () => {
  it.each([1, 2])("is asked again, all of it, while it has %i pages", async (pages) => {
    const list = await shown(pages);
    refresh(list.queryClient, ["transactions"]);
    await expect.poll(() => list.isFetching()).toBe(false);
    expect(list.asked).toHaveBeenCalledTimes(pages);
  });

  it("is marked and not asked again when it is long, neither then nor when the window, the line or the page comes back", async () => {
    const list = await shown(3);
    refresh(list.queryClient, ["overview", "transactions"]);
    expect(list.isStale()).toBe(true);
    list.queryClient.getQueryCache().onFocus();
    list.queryClient.getQueryCache().onOnline();
    ended.push(new InfiniteQueryObserver(list.queryClient, list.options).subscribe(() => undefined));
    expect(list.isFetching()).toBe(false);
    expect(list.asked).not.toHaveBeenCalled();
  });
});
