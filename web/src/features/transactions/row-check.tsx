import { useLingui } from "@lingui/react/macro";
import type { TransactionRow } from "../../api/queries.ts";
import { useFormat } from "../../format/use-format.ts";
import { cx } from "../../ui/classes.ts";

/** The box that selects a row, in the place of its category's icon: under the pointer, with the focus, or shown for all. */
export function RowCheck({
  row,
  title,
  checked,
  shown,
  tabbable,
  onPick,
  onFocused,
}: {
  row: TransactionRow;
  title: string;
  checked: boolean;
  shown: boolean;
  tabbable: boolean;
  onPick: (row: TransactionRow, ranging: boolean) => void;
  onFocused: (transactionId: string) => void;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const pending = row.bookingStatus === "pending";
  return (
    <span
      className={cx(
        "absolute left-2 top-1/2 inline-flex size-8 -translate-y-1/2 items-center justify-center rounded-8 focus-within:opacity-100 has-checked:opacity-100",
        checked ? "bg-accent-soft" : "bg-canvas group-hover:bg-sunken",
        shown ? "opacity-100" : "pointer-events-none opacity-0 group-hover:pointer-events-auto group-hover:opacity-100 group-focus-within:opacity-100",
      )}
    >
      <input
        type="checkbox"
        aria-label={`${title}, ${format.amount(row.amount, "always")}, ${format.day(row.bookingDate)}`}
        aria-disabled={pending || undefined}
        title={pending ? t`may still change or vanish` : undefined}
        tabIndex={tabbable ? 0 : -1}
        checked={checked}
        readOnly
        // The press says whether Shift is held; nothing else of the page is to be marked by it.
        onMouseDown={(event) => event.shiftKey && event.preventDefault()}
        onClick={(event) => onPick(row, event.shiftKey)}
        onFocus={() => onFocused(row.transactionId)}
        className="size-5 accent-accent aria-disabled:opacity-50"
      />
    </span>
  );
}
