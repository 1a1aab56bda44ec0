import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useRef, useState } from "react";
import type { RowsAt } from "./rows-link.tsx";

export interface ChartPoint {
  readonly key: string;
  /** Left edge and width of the column that belongs to the point, in pixels of the chart. */
  readonly x: number;
  readonly width: number;
  /** What a screen reader says. */
  readonly label: string;
  readonly link: RowsAt;
}

/** Invisible columns over a chart: one tab stop, arrow keys between points, Enter leads to the rows. */
export function PointStrip({
  label,
  points,
  active,
  onActive,
}: {
  label: string;
  points: readonly ChartPoint[];
  active: number | undefined;
  onActive: (index: number | undefined) => void;
}) {
  const strip = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(points.length - 1);
  const at = Math.min(stop, points.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[event.key];
    if (target === undefined || target < 0 || target >= points.length) return;
    event.preventDefault();
    setStop(target);
    strip.current?.querySelectorAll("a")[target]?.focus();
  };
  return (
    <div ref={strip} role="group" aria-label={label} className="absolute inset-0" onKeyDown={onKeyDown} onPointerLeave={() => onActive(undefined)}>
      {points.map((point, index) => (
        <Link
          key={point.key}
          {...point.link}
          tabIndex={index === at ? 0 : -1}
          aria-label={point.label}
          data-active={index === active || undefined}
          onFocus={() => {
            setStop(index);
            onActive(index);
          }}
          onBlur={() => onActive(undefined)}
          onPointerEnter={() => onActive(index)}
          className="absolute inset-y-0 rounded-4 data-active:bg-ink/5"
          style={{ left: point.x, width: point.width }}
        />
      ))}
    </div>
  );
}
