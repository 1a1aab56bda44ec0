import { pixelsOf } from "../format/amounts.ts";
import type { WireAmount } from "../format/format.ts";
import { cx } from "./classes.ts";

const WIDTH = 72;
const HEIGHT = 24;

/** The points of a small line in its own box, oldest first; empty for fewer than two. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return "";
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value, index) => {
      const x = (index / (values.length - 1)) * width;
      const y = span === 0 ? height / 2 : height - ((value - low) / span) * height;
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

/** The course of a balance at a glance; the figures beside it say the same in words. */
export function Sparkline({ points, className }: { points: readonly { readonly amount: WireAmount }[]; className?: string | undefined }) {
  const path = sparkPath(
    points.map((point) => pixelsOf(point.amount)),
    WIDTH,
    HEIGHT - 4,
  );
  if (path === "") return null;
  return (
    <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true" className={cx("private shrink-0", className)}>
      <path d={path} fill="none" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" className="stroke-accent" />
    </svg>
  );
}
