import { useFormat } from "../format/use-format.ts";
import type { LinearScale } from "./scale.ts";

/** Lines across the chart at round amounts, with the amounts beside them; nothing is heavier than it. */
export function AmountAxis({ ticks, y, left, right, currency }: { ticks: readonly number[]; y: LinearScale; left: number; right: number; currency: string }) {
  const format = useFormat();
  return ticks.map((tick) => (
    <g key={tick}>
      <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} className={tick === 0 ? "stroke-line-strong" : "stroke-line"} />
      <text x={left - 8} y={y(tick)} dy="0.35em" textAnchor="end" className="private fill-muted text-12 tabular">
        {format.axisAmount(tick, currency)}
      </text>
    </g>
  ));
}

/** Words below the chart. */
export function BottomLabel({ x, y, children }: { x: number; y: number; children: string }) {
  return (
    <text x={x} y={y} textAnchor="middle" className="fill-muted text-12">
      {children}
    </text>
  );
}
