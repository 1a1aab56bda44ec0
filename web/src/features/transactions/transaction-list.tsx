import { Plural, Trans } from "@lingui/react/macro";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { AccountView } from "../../api/queries.ts";
import { today } from "../../format/clock.ts";
import { useFormat } from "../../format/use-format.ts";
import { usePreferences } from "../../preferences/preferences.ts";
import { Amount } from "../../ui/amount.tsx";
import type { CategoryId } from "../../ui/category-ids.ts";
import { cx } from "../../ui/classes.ts";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { NARROW, useMedia } from "../../ui/use-media.ts";
import { headAbove, headIndexes, type ListItem, nextRow } from "./list-items.ts";
import { linesToShow, offsetsOf } from "./row-window.ts";
import { TransactionRowLink } from "./transaction-row.tsx";
import { useFreshRows } from "./use-fresh-rows.ts";
import { useRowWindow } from "./use-row-window.ts";
import type { Selecting } from "./use-selection.ts";

const HEAD_HEIGHT = 40;

/** Days with their rows, as many as there are; only those in view are in the page. */
export function TransactionList({
  items,
  accounts,
  openId,
  onOpen,
  onNeedMore,
  followFocus,
  stale,
  listKey,
  chosen,
  selecting,
}: {
  items: readonly ListItem[];
  accounts: readonly AccountView[];
  openId: string | undefined;
  onOpen: (transactionId: string, replace?: boolean) => void;
  onNeedMore?: () => unknown;
  /** Arrow keys change what is open, not only what has focus. */
  followFocus: boolean;
  /** The rows of the filter before are still shown. */
  stale: boolean;
  /** Changes when it is another list. */
  listKey: string;
  /** The categories it is narrowed to. */
  chosen: readonly CategoryId[] | undefined;
  selecting: Selecting;
}) {
  const { compact } = usePreferences();
  const narrow = useMedia(NARROW);
  const rowHeight = narrow ? 60 : compact ? 36 : 44;
  const [activeId, setActiveId] = useState<string>();
  const focusWanted = useRef(false);
  const heads = useMemo(() => headIndexes(items), [items]);
  const fresh = useFreshRows(items, listKey);
  const accountIndex = useMemo(() => new Map(accounts.map((account, index) => [account.accountId, { account, index }] as const)), [accounts]);
  const firstRow = nextRow(items, -1, 1);
  const activeIndex = useMemo(() => {
    const found = activeId === undefined ? -1 : items.findIndex((item) => item.kind === "row" && item.row.transactionId === activeId);
    return found === -1 ? firstRow : found;
  }, [items, activeId, firstRow]);

  const offsets = useMemo(
    () => offsetsOf(items.length, (index) => (items[index]?.kind === "row" || items[index]?.kind === "unloaded" ? rowHeight : HEAD_HEIGHT)),
    [items, rowHeight],
  );
  const startOf = (index: number): number => offsets[index] ?? 0;
  const { list, range, reveal } = useRowWindow(offsets);
  const shown = linesToShow(range, [headAbove(heads, range.first), activeIndex], items.length);

  const nearEnd = items[Math.min(items.length - 1, range.end + 40)]?.kind === "unloaded";
  useEffect(() => {
    if (nearEnd && !stale) onNeedMore?.();
  }, [nearEnd, stale, onNeedMore]);

  const focusRow = (index: number | undefined, follow = followFocus): void => {
    const item = index === undefined ? undefined : items[index];
    if (index === undefined || item?.kind !== "row") return;
    focusWanted.current = true;
    setActiveId(item.row.transactionId);
    reveal(index, { above: HEAD_HEIGHT + 8, below: selecting.shown ? 200 : 72 });
    if (follow) onOpen(item.row.transactionId, true);
  };
  useEffect(() => {
    if (!focusWanted.current || activeIndex === undefined) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${activeIndex}"] a`);
    if (row === null || row === undefined) return;
    focusWanted.current = false;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || activeIndex === undefined) return;
    const targets: Record<string, () => number | undefined> = {
      ArrowDown: () => nextRow(items, activeIndex, 1),
      ArrowUp: () => nextRow(items, activeIndex, -1),
      j: () => nextRow(items, activeIndex, 1),
      k: () => nextRow(items, activeIndex, -1),
      Home: () => firstRow,
      End: () => items.findLastIndex((item) => item.kind === "row"),
    };
    const active = items[activeIndex];
    if ((event.key === "x" || event.key === " ") && active?.kind === "row") {
      // The box itself knows the space bar.
      if (event.key === " " && event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      selecting.pick(active.row, false);
      return;
    }
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const index = target();
    const next = index === undefined ? undefined : items[index];
    const ranging = event.shiftKey && active?.kind === "row" && next?.kind === "row";
    focusRow(index, followFocus && !ranging);
    if (ranging) selecting.reach(active.row, next.row);
  };

  return (
    <div className={cx("@container transition-opacity", stale && "opacity-60")} aria-busy={stale}>
      <div ref={list} onKeyDown={onKeyDown} className="relative" style={{ height: offsets.at(-1) }}>
        {shown.map((index) => {
          const item = items[index];
          if (item === undefined) return null;
          const top = startOf(index);
          const key = keyOf(item, index);
          if (item.kind === "day-head" || item.kind === "pending-head") {
            // The place of the whole day, in which its head stays in view until the next day pushes it away.
            const next = heads.find((head) => head > index) ?? items.length;
            return (
              <div key={key} className="pointer-events-none absolute inset-x-0 z-10" style={{ top, height: startOf(next) - top }}>
                <Head item={item} />
              </div>
            );
          }
          return (
            <div
              key={key}
              data-index={index}
              className="group absolute inset-x-0 top-0"
              style={{ height: startOf(index + 1) - top, transform: `translateY(${top}px)` }}
            >
              {item.kind === "row" ? (
                <TransactionRowLink
                  row={item.row}
                  account={accountIndex.get(item.row.accountId)}
                  open={item.row.transactionId === openId}
                  tabbable={index === activeIndex}
                  fresh={fresh.has(item.row.transactionId)}
                  narrow={narrow}
                  chosen={chosen}
                  selected={selecting.ids.has(item.row.transactionId)}
                  boxShown={selecting.shown}
                  picking={selecting.begun}
                  onOpen={onOpen}
                  onPick={selecting.pick}
                  onFocused={setActiveId}
                />
              ) : (
                <div className="flex h-full items-center gap-3 px-2">
                  <Bone className="size-8 rounded-8" />
                  <Bone className="h-4 w-40" />
                  <span className="flex-1" />
                  <Bone className="h-4 w-16" />
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function keyOf(item: ListItem, index: number): string {
  return item.kind === "row" ? item.row.transactionId : item.kind === "day-head" ? item.date : `${item.kind}${index}`;
}

function Head({ item }: { item: Extract<ListItem, { kind: "day-head" | "pending-head" }> }) {
  const format = useFormat();
  return (
    <div className="pointer-events-auto sticky top-0 flex h-10 items-end justify-between gap-4 border-b bg-canvas px-2 pb-2 text-12 font-500 text-muted">
      {item.kind === "pending-head" ? (
        <>
          <h2>
            <Trans>Pending</Trans>
            <span className="ml-2 font-400 text-faint">
              <Trans>may still change or vanish</Trans>
            </span>
          </h2>
          <span className="font-400 text-faint">
            <Plural value={item.count} one="# transaction" other="# transactions" />
          </span>
        </>
      ) : (
        <>
          <h2>
            <time dateTime={item.date}>{format.weekday(item.date, today())}</time>
          </h2>
          <span className="flex gap-3">
            {item.sums.map((sum) => (
              <Amount key={sum.currency} value={sum} />
            ))}
          </span>
        </>
      )}
    </div>
  );
}

export function ListSkeleton() {
  return (
    <Loading>
      {[5, 3, 6].map((rows, day) => (
        <div key={rows}>
          <div className="flex h-10 items-end justify-between px-2 pb-1.5">
            <Bone className="h-3 w-32" />
            <Bone className="h-3 w-16" />
          </div>
          {Array.from({ length: rows }, (_, row) => (
            <div key={row} className="flex h-15 items-center gap-3 border-b px-2 sm:h-11">
              <Bone className="size-8 rounded-8" />
              <Bone className={(row + day) % 2 === 0 ? "h-4 w-44" : "h-4 w-32"} />
              <span className="flex-1" />
              <Bone className="h-4 w-16" />
            </div>
          ))}
        </div>
      ))}
    </Loading>
  );
}
