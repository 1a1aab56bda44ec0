import { type RefObject, useCallback, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { type LineRange, linesBetween, scrollToShow } from "./row-window.ts";

/** Lines kept ready above and below what is in view. */
const SPARE = 10;

function onWindow(listener: () => void): () => void {
  window.addEventListener("scroll", listener, { passive: true });
  window.addEventListener("resize", listener);
  return () => {
    window.removeEventListener("scroll", listener);
    window.removeEventListener("resize", listener);
  };
}

/**
 * The lines of a long list that are in the window. Heights are known, so nothing is ever measured but where the list begins;
 * the list is rendered anew only when another line comes into view.
 */
export function useRowWindow(offsets: Float64Array): {
  readonly list: RefObject<HTMLDivElement | null>;
  readonly range: LineRange;
  readonly reveal: (index: number, padding: { readonly above: number; readonly below: number }) => void;
} {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);

  useLayoutEffect(() => {
    const measure = (): void => setTop(list.current === null ? 0 : Math.round(list.current.getBoundingClientRect().top + window.scrollY));
    measure();
    // What stands above the list may change its height: notices, chips that wrap.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const key = useSyncExternalStore(onWindow, () => {
    const from = window.scrollY - top;
    const { first, end } = linesBetween(offsets, from, from + window.innerHeight, SPARE);
    return `${first}:${end}`;
  });
  const [first = 0, end = 0] = key.split(":").map((part) => Number.parseInt(part, 10));

  const reveal = useCallback(
    (index: number, padding: { readonly above: number; readonly below: number }) => {
      const line = { top: top + (offsets[index] ?? 0), bottom: top + (offsets[index + 1] ?? 0) };
      const target = scrollToShow(line, { top: window.scrollY, height: window.innerHeight, ...padding });
      if (target !== undefined) window.scrollTo({ top: target });
    },
    [offsets, top],
  );
  return { list, range: { first, end }, reveal };
}
