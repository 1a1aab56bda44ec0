import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ReceiptText, SearchX } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { queries } from "../../api/queries.ts";
import { isLongList } from "../../api/refresh.ts";
import { useFormat } from "../../format/use-format.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { IncompleteNote } from "../../ui/incomplete-note.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { useMedia, WIDE } from "../../ui/use-media.ts";
import { FilterBar } from "./filter-bar.tsx";
import { isFiltered, toQuery, type TransactionSearch } from "./filter.ts";
import { listItems } from "./list-items.ts";
import { DetailSkeleton } from "./detail-skeleton.tsx";
import { ListSkeleton, TransactionList } from "./transaction-list.tsx";
import { useSelection } from "./use-selection.ts";

// Loaded when the pointer or the focus reaches the list, so that it is there when a row is opened.
const loadDetail = () => import("./detail/transaction-detail.tsx");
const TransactionDetail = lazy(() => loadDetail().then((module) => ({ default: module.TransactionDetail })));
const SelectionBar = lazy(() => import("./select/selection-bar.tsx").then((module) => ({ default: module.SelectionBar })));
const Dialog = lazy(() => import("../../ui/dialog.tsx").then((module) => ({ default: module.Dialog })));

/** Every booking of every bank, narrowed by what the address says. */
export function TransactionsPage() {
  const { t } = useLingui();
  const format = useFormat();
  const search = useSearch({ from: "/signed-in/transactions" });
  const navigate = useNavigate({ from: "/transactions" });
  const queryClient = useQueryClient();
  const wide = useMedia(WIDE);
  const filter = useMemo(() => toQuery(search), [search]);
  const options = queries.transactions(filter);
  const { data, error, isPending, isPlaceholderData, isStale, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...options,
    placeholderData: keepPreviousData,
  });
  const accounts = useQuery(queries.accounts()).data?.accounts;
  const items = useMemo(() => listItems(data?.pages ?? []), [data]);
  const total = data?.pages[0]?.total ?? undefined;
  const selecting = useSelection(items, !isPlaceholderData);
  // What may be needed next, once somebody comes near the list.
  const [near, setNear] = useState(false);
  const comeNear = (): void => {
    setNear(true);
    void loadDetail();
  };
  // Long lists are not asked again under the reader's eyes; they are told that something changed.
  const changed = isStale && isLongList(data) && queryClient.getQueryState(options.queryKey)?.isInvalidated === true;
  const filtered = isFiltered(search);
  const withoutMeaning = data?.pages.some((page) => page.missing.includes("insights")) === true;

  const change = useCallback(
    (next: Partial<Record<keyof TransactionSearch, unknown>>, replace = true) =>
      void navigate({ search: (before) => ({ ...before, ...next }) as TransactionSearch, replace, resetScroll: false }),
    [navigate],
  );
  const open = useCallback((tx: string | undefined, replace = false) => change({ tx }, replace), [change]);
  const close = useCallback(() => {
    open(undefined);
    focusActiveRow();
  }, [open]);
  const leaveSelection = useCallback(() => {
    selecting.leave();
    focusActiveRow();
  }, [selecting]);
  /** Every row of the filter, however many pages that takes. @throws what kept one from coming */
  const loadAll = useCallback(async () => {
    let pages = data?.pages ?? [];
    for (let more = hasNextPage; more;) {
      // One page after the other: each says where the next begins.
      const next = await fetchNextPage({ cancelRefetch: false });
      if (next.error !== null) throw next.error;
      pages = next.data?.pages ?? [];
      more = next.hasNextPage;
    }
    return pages.flatMap((page) => page.transactions);
  }, [data, hasNextPage, fetchNextPage]);
  const showNewest = (): void => {
    // Where somebody selects, what they selected further down stays loaded.
    if (!selecting.shown)
      queryClient.setQueryData(options.queryKey, (before) =>
        before === undefined ? before : { pages: before.pages.slice(0, 1), pageParams: before.pageParams.slice(0, 1) },
      );
    window.scrollTo({ top: 0 });
    void refetch();
  };

  const detail =
    search.tx === undefined ? undefined : (
      <Suspense fallback={<DetailSkeleton />}>
        <TransactionDetail key={search.tx} transactionId={search.tx} accounts={accounts} onClose={close} />
      </Suspense>
    );
  return (
    <>
      <PageHead
        title={t`Transactions`}
        leadIsLive
        action={
          items.length > 0 &&
          !withoutMeaning && (
            <Button size="small" aria-pressed={selecting.begun} onClick={selecting.begun ? leaveSelection : selecting.begin}>
              <Trans>Select</Trans>
            </Button>
          )
        }
        lead={
          total === undefined ? <>&nbsp;</> : <Plural value={total} one={`${format.count(total)} transaction`} other={`${format.count(total)} transactions`} />
        }
      />
      <FilterBar search={search} accounts={accounts ?? []} onChange={change} />
      <IncompleteNote accounts={accounts?.filter(({ accountId }) => search.account?.includes(accountId) ?? true) ?? []} className="mt-4" />
      {withoutMeaning && (
        <Notice tone="warning" className="mt-4" title={<Trans>Categories cannot be shown right now</Trans>}>
          {search.category === undefined && search.recurring === undefined ? (
            <Trans>Everything else on this page is complete.</Trans>
          ) : (
            <Trans>So this filter finds nothing for the moment. Your transactions are safe.</Trans>
          )}
        </Notice>
      )}
      <div className="mt-4 flex items-start gap-6">
        <div
          className="min-w-0 flex-1"
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.defaultPrevented) return;
            if (selecting.shown) leaveSelection();
            else if (detail !== undefined) close();
            else return;
            event.preventDefault();
          }}
          onPointerEnter={comeNear}
          onFocus={comeNear}
        >
          {changed && (
            <div className="sticky top-3 z-20 h-0 text-center">
              <Button size="small" look="primary" className="rounded-full shadow-float" onClick={showNewest}>
                <Trans>The list has changed: show it</Trans>
              </Button>
            </div>
          )}
          {isPending && <ListSkeleton />}
          {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
          {data !== undefined && items.length === 0 && !filtered && <NothingYet connected={(accounts ?? []).length > 0} />}
          {data !== undefined && items.length === 0 && filtered && !withoutMeaning && (
            <EmptyState
              icon={SearchX}
              title={<Trans>Nothing matches</Trans>}
              action={
                <LinkButton to="/transactions" search={{}}>
                  <Trans>Clear the filter</Trans>
                </LinkButton>
              }
            >
              <Trans>No transaction fits everything you chose.</Trans>
            </EmptyState>
          )}
          {items.length > 0 && (
            <TransactionList
              items={items}
              accounts={accounts ?? []}
              openId={search.tx}
              onOpen={open}
              followFocus={wide && search.tx !== undefined}
              stale={isPlaceholderData}
              listKey={JSON.stringify(filter)}
              chosen={search.category}
              selecting={selecting}
              {...(hasNextPage && !isFetchingNextPage ? { onNeedMore: fetchNextPage } : {})}
            />
          )}
        </div>
        {wide && detail !== undefined && (
          <aside
            aria-label={t`Transaction`}
            className="sticky top-8 max-h-[calc(100dvh-4rem)] w-96 shrink-0 animate-panel overflow-y-auto rounded-12 border bg-surface"
            onKeyDown={(event) => event.key === "Escape" && close()}
          >
            {detail}
          </aside>
        )}
      </div>
      {(near || selecting.shown) && (
        <Suspense fallback={null}>
          <SelectionBar
            selecting={selecting}
            total={total}
            pending={items[0]?.kind === "pending-head" ? items[0].count : 0}
            onAll={loadAll}
            onLeave={leaveSelection}
          />
        </Suspense>
      )}
      {!wide && detail !== undefined && (
        <Suspense fallback={null}>
          <Dialog open onClose={close} title={t`Transaction`} place="side" hideTitle>
            {detail}
          </Dialog>
        </Suspense>
      )}
    </>
  );
}

/** To the row that the keyboard is at, once the page is drawn without what had the focus. */
function focusActiveRow(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("main [data-index] a[tabindex='0']")?.focus({ preventScroll: true }));
}

function NothingYet({ connected }: { connected: boolean }) {
  return (
    <EmptyState
      icon={ReceiptText}
      title={connected ? <Trans>No transactions yet</Trans> : <Trans>Your transactions will be here</Trans>}
      action={
        connected ? undefined : (
          <LinkButton look="primary" to="/connect">
            <Trans>Connect a bank</Trans>
          </LinkButton>
        )
      }
    >
      {connected ? (
        <Trans>They appear as soon as your bank has been read.</Trans>
      ) : (
        <Trans>Of all your banks in one list, searchable, each with its category and the bank’s own words.</Trans>
      )}
    </EmptyState>
  );
}
