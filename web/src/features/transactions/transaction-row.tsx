import { useLingui } from "@lingui/react/macro";
import { memo } from "react";
import type { AccountView, TransactionRow } from "../../api/queries.ts";
import { Amount } from "../../ui/amount.tsx";
import type { CategoryId } from "../../ui/category-ids.ts";
import { cx } from "../../ui/classes.ts";
import { AccountDot } from "../../ui/mark.tsx";
import { readableTitle } from "../../ui/counterparty.ts";
import { amountIn } from "../../ui/split-parts.ts";
import { MeaningMark, useCategoryWords } from "../../ui/split.tsx";
import { RowCheck } from "./row-check.tsx";

/** One row: who, what for, from which account, how much. The whole row is a link to the details. */
export const TransactionRowLink = memo(function TransactionRowLink({
  row,
  account,
  open,
  tabbable,
  fresh,
  narrow,
  chosen,
  selected,
  boxShown,
  picking,
  onOpen,
  onPick,
  onFocused,
}: {
  row: TransactionRow;
  account: { readonly account: AccountView; readonly index: number } | undefined;
  open: boolean;
  tabbable: boolean;
  fresh: boolean;
  narrow: boolean;
  /** The categories the list is narrowed to: of a split row only those parts are shown as its amount, as in the sums. */
  chosen: readonly CategoryId[] | undefined;
  selected: boolean;
  boxShown: boolean;
  /** A press on the row selects it instead of opening it. */
  picking: boolean;
  onPick: (row: TransactionRow, ranging: boolean) => void;
  onOpen: (transactionId: string) => void;
  onFocused: (transactionId: string) => void;
}) {
  const { t } = useLingui();
  const categoryWords = useCategoryWords();
  const title = readableTitle(row) ?? t`Without a name`;
  const category = categoryWords(row);
  const pending = row.bookingStatus === "pending";
  const { search } = window.location;
  const params = new URLSearchParams(search);
  params.set("tx", row.transactionId);
  const dot = account !== undefined && <AccountDot index={account.index} />;
  const link = (
    <a
      href={`/transactions?${params.toString()}`}
      tabIndex={tabbable ? 0 : -1}
      aria-current={open ? "true" : undefined}
      onFocus={() => onFocused(row.transactionId)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.button !== 0 || (event.shiftKey && !boxShown)) return;
        event.preventDefault();
        if (picking || event.shiftKey) onPick(row, event.shiftKey);
        else onOpen(row.transactionId);
      }}
      className={cx(
        "flex h-full items-center gap-3 border-b px-2 -outline-offset-2 aria-[current]:bg-accent-soft",
        selected ? "bg-accent-soft" : "hover:bg-sunken",
        fresh && "animate-slide-row",
        pending && "text-muted",
        boxShown && "select-none",
      )}
    >
      <span className="relative">
        <MeaningMark row={row} />
        {fresh && <span aria-hidden="true" className="absolute -right-0.5 -top-0.5 size-2 rounded-full bg-accent ring-2 ring-canvas" />}
      </span>
      {narrow ? (
        <span className="min-w-0 flex-1">
          <span className="block truncate text-14 font-500">{title}</span>
          <span className="flex min-w-0 items-center gap-1.5 text-12 text-muted">
            {dot}
            <span className="truncate">{[category, account?.account.name].filter((part) => part !== undefined && part !== "").join(" · ")}</span>
          </span>
        </span>
      ) : (
        <>
          <span className="min-w-0 flex-1 truncate text-14 font-500">{title}</span>
          <span className="hidden w-40 shrink-0 truncate text-14 text-muted @md:block">{category}</span>
          <span className="hidden w-44 min-w-0 shrink-0 items-center gap-2 text-14 text-muted @3xl:flex">
            {dot}
            <span className="truncate">{account?.account.name}</span>
          </span>
          <span className="flex shrink-0 @3xl:hidden">{dot}</span>
        </>
      )}
      <Amount value={amountIn(row, chosen)} sign="always" className="min-w-24 shrink-0 text-right text-14 font-500" />
    </a>
  );
  return (
    <>
      {link}
      <RowCheck row={row} title={title} checked={selected} shown={boxShown} tabbable={tabbable} onPick={onPick} onFocused={onFocused} />
    </>
  );
});
