import { useCallback, useMemo, useState } from "react";
import type { TransactionRow } from "../../api/queries.ts";
import type { ListItem } from "./list-items.ts";
import { extend, nothing, only, toggle, within } from "./selection.ts";

/** The rows that are selected, and all that a person can do to them from the list. */
export interface Selecting {
  readonly ids: ReadonlySet<string>;
  readonly rows: readonly TransactionRow[];
  /** The person asked for it: every row has its box, and a press on a row selects it. */
  readonly begun: boolean;
  /** Boxes are shown without a pointer over them. */
  readonly shown: boolean;
  /** What they tried to select last cannot be: the bank has not booked it. */
  readonly refused: boolean;
  readonly begin: () => void;
  readonly leave: () => void;
  /** Takes a row or lets it go; with `ranging` takes all from the last one on. */
  readonly pick: (row: TransactionRow, ranging: boolean) => void;
  /** Takes all from one row to another, as Shift with an arrow does. */
  readonly reach: (from: TransactionRow, to: TransactionRow) => void;
  readonly all: (rows: readonly TransactionRow[]) => void;
  readonly drop: (ids: readonly string[]) => void;
}

export const canSelect = ({ bookingStatus }: TransactionRow): boolean => bookingStatus === "booked";

/** `settled`: these rows are those of the filter, so that what is not among them is not there. */
export function useSelection(items: readonly ListItem[], settled: boolean): Selecting {
  const [begun, setBegun] = useState(false);
  const [refused, setRefused] = useState(false);
  const [kept, setSelection] = useState(nothing);
  const rows = useMemo(() => items.flatMap((item) => (item.kind === "row" && canSelect(item.row) ? [item.row] : [])), [items]);
  const order = useMemo(() => rows.map(({ transactionId }) => transactionId), [rows]);
  const selection = useMemo(() => (settled ? within(kept, order) : kept), [kept, order, settled]);
  // What fell out does not come back with its row.
  if (selection !== kept) setSelection(selection);

  const begin = useCallback(() => setBegun(true), []);
  const leave = useCallback(() => {
    setBegun(false);
    setRefused(false);
    setSelection(nothing);
  }, []);
  const pick = useCallback(
    (row: TransactionRow, ranging: boolean) => {
      setRefused(!canSelect(row));
      if (canSelect(row)) setSelection((before) => (ranging ? extend(before, order, row.transactionId) : toggle(before, row.transactionId)));
    },
    [order],
  );
  const reach = useCallback(
    (from: TransactionRow, to: TransactionRow) => {
      setRefused(!canSelect(to));
      setSelection((before) => extend(before, order, to.transactionId, from.transactionId));
    },
    [order],
  );
  const all = useCallback((wanted: readonly TransactionRow[]) => setSelection(only(wanted.filter(canSelect).map(({ transactionId }) => transactionId))), []);
  const drop = useCallback((gone: readonly string[]) => setSelection((before) => only([...before.ids].filter((id) => !gone.includes(id)))), []);

  const { ids } = selection;
  const selected = useMemo(() => (ids.size === 0 ? [] : rows.filter(({ transactionId }) => ids.has(transactionId))), [ids, rows]);
  const shown = begun || ids.size > 0;
  return useMemo(
    () => ({ ids, rows: selected, begun, shown, refused, begin, leave, pick, reach, all, drop }),
    [ids, selected, begun, shown, refused, begin, leave, pick, reach, all, drop],
  );
}
