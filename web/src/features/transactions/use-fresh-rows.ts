import { useEffect, useRef, useState } from "react";
import type { ListItem } from "./list-items.ts";

/** A new row keeps its quiet mark this long, once somebody can have seen it (milliseconds). */
const MARKED_FOR = 8_000;
/** Only the head of the list is watched: new rows come there. */
const WATCHED = 400;

/** The rows that arrived since this list was first shown, for as long as they are marked. */
export function useFreshRows(items: readonly ListItem[], listKey: string): ReadonlySet<string> {
  const known = useRef<{ key: string; ids: Set<string> }>(undefined);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const ids = items.slice(0, WATCHED).flatMap((item) => (item.kind === "row" ? [item.row.transactionId] : []));
    const before = known.current;
    if (before?.key !== listKey) {
      known.current = { key: listKey, ids: new Set(ids) };
      setFresh(new Set());
      return;
    }
    const firstKnown = ids.findLastIndex((id) => before.ids.has(id));
    // Rows after the last known one are the next page, not news.
    const news = ids.slice(0, Math.max(0, firstKnown)).filter((id) => !before.ids.has(id));
    for (const id of ids) before.ids.add(id);
    if (news.length > 0) setFresh((marked) => new Set([...marked, ...news]));
  }, [items, listKey]);
  useEffect(() => {
    if (fresh.size === 0) return;
    const timer = window.setTimeout(() => setFresh(new Set()), MARKED_FOR);
    return () => window.clearTimeout(timer);
  }, [fresh]);
  return fresh;
}
