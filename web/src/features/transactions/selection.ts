/** What a person has selected, by id: it stays while rows scroll away and others come. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** What Shift goes on with: from which row to which, and what is selected beside it. */
  readonly range: { readonly anchor: string; readonly reach: string; readonly beside: ReadonlySet<string> } | undefined;
}

export const nothing: Selection = { ids: new Set(), range: undefined };

/** As many can be changed at once. */
export const MOST_AT_ONCE = 500;

/** Selects a row, or no longer; a range may begin there. */
export function toggle({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, range: { anchor: id, reach: id, beside: next } };
}

/**
 * Selects everything up to a row: from where the last range began if that goes on `from` here, else from there. The range takes the place of the
 * one before it, so going back makes it shorter. `order` are the rows that can be selected, as they stand.
 */
export function extend(selection: Selection, order: readonly string[], to: string, from = selection.range?.reach ?? to): Selection {
  if (!order.includes(to)) return selection;
  const { ids, range } = selection;
  const { anchor, beside } = range?.reach === from ? range : { anchor: from, beside: ids };
  return { ids: new Set([...beside, ...between(order, anchor, to)]), range: { anchor, reach: to, beside } };
}

/** Selects these and nothing else. */
export function only(ids: Iterable<string>): Selection {
  return { ids: new Set(ids), range: undefined };
}

/** Without what is not there any more. The same object when all of it is. */
export function within(selection: Selection, there: readonly string[]): Selection {
  if (selection.ids.size === 0) return selection;
  const known = new Set(there);
  const ids = [...selection.ids].filter((id) => known.has(id));
  return ids.length === selection.ids.size ? selection : only(ids);
}

function between(order: readonly string[], anchor: string, reach: string): readonly string[] {
  const [from, to] = [order.indexOf(anchor), order.indexOf(reach)];
  // Where the range began is not there any more.
  if (from === -1) return [reach];
  return order.slice(Math.min(from, to), Math.max(from, to) + 1);
}
