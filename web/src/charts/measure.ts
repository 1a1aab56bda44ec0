import { useCallback, useState } from "react";

/** The width of an element in whole pixels, followed as it changes; 0 before it is known. */
export function useWidth(): readonly [(element: HTMLElement | null) => (() => void) | undefined, number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** A line that does not move still gets an axis: this many minor units at least. */
const LEAST_SPAN = 400;

/** Round steps for an axis that cover low to high, about `count` of them. Whole numbers of minor units. */
export function axisTicks(low: number, high: number, count: number): number[] {
  const top = Math.max(high, low + LEAST_SPAN);
  const span = top - low;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => span / one <= count) ?? power * 10);
  const ticks: number[] = [];
  for (let tick = Math.floor(low / step) * step; tick < top + step; tick += step) ticks.push(Math.round(tick));
  return ticks;
}
