import { Group } from "@visx/group";
import { Bar, LinePath } from "@visx/shape";
import { useState } from "react";
import { pixelsOf } from "../format/amounts.ts";
import { firstDayOf, lastDayOf } from "../format/dates.ts";
import type { WireAmount } from "../format/format.ts";
import { useFormat } from "../format/use-format.ts";
import { Amount } from "../ui/amount.tsx";
import { cx } from "../ui/classes.ts";
import { AmountAxis, BottomLabel } from "./axis.tsx";
import { axisTicks, useWidth } from "./measure.ts";
import { PointStrip } from "./point-strip.tsx";
import { columns, linear } from "./scale.ts";

export interface FlowMonth {
  readonly month: string;
  readonly income: WireAmount;
  /** What went out, as a positive figure. */
  readonly expenses: WireAmount;
  readonly net: WireAmount;
}
export interface FlowNames {
  readonly in: string;
  readonly out: string;
  readonly left: string;
}

const MARGIN = { top: 8, right: 4, bottom: 24, left: 52 };
const HEIGHT = 260;

/** Bars for money in and out by month, a line for what remained; each month leads to its rows. */
export function CashFlowChart({ label, months, currency, names }: { label: string; months: readonly FlowMonth[]; currency: string; names: FlowNames }) {
  const format = useFormat();
  const [ref, width] = useWidth();
  const [active, setActive] = useState<number>();
  const values = months.flatMap((month) => [pixelsOf(month.income), pixelsOf(month.expenses), pixelsOf(month.net)]);
  const ticks = axisTicks(Math.min(0, ...values), Math.max(0, ...values), 4);
  const { width: step, middle } = columns(months.length, [MARGIN.left, Math.max(MARGIN.left, width - MARGIN.right)]);
  const y = linear([ticks[0] ?? 0, ticks.at(-1) ?? 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const bar = Math.min(18, Math.max(2, step * 0.36));
  const labelEvery = Math.max(1, Math.ceil((months.length * 44) / Math.max(1, width - MARGIN.left)));
  const shown = months[active ?? months.length - 1];
  return (
    <div className="@container">
      {/* Room for two lines where it is narrow, so that nothing moves while the figures change. */}
      <p className="mb-2 flex min-h-9 flex-wrap content-end items-center gap-x-4 gap-y-1 text-12 text-muted @xl:min-h-4" aria-hidden="true">
        {shown !== undefined && (
          <>
            <span className="font-500 text-ink">{format.month(shown.month)}</span>
            <Key className="bg-positive" name={names.in} value={shown.income} />
            <Key className="bg-line-strong" name={names.out} value={shown.expenses} />
            <Key className="bg-accent" line name={names.left} value={shown.net} />
          </>
        )}
      </p>
      <div ref={ref} className="relative" style={{ height: HEIGHT }}>
        {width > 0 && (
          <>
            <svg width={width} height={HEIGHT} aria-hidden="true" className="overflow-visible">
              <AmountAxis ticks={ticks} y={y} left={MARGIN.left} right={width} currency={currency} />
              {months.map((month, index) => (
                <Group key={month.month}>
                  <Column x={middle(index) - bar - 1} width={bar} from={y(0)} to={y(pixelsOf(month.income))} className="fill-positive" />
                  <Column x={middle(index) + 1} width={bar} from={y(0)} to={y(pixelsOf(month.expenses))} className="fill-line-strong" />
                  {(months.length - 1 - index) % labelEvery === 0 && (
                    <BottomLabel x={middle(index)} y={HEIGHT - 6}>
                      {format.shortMonth(month.month)}
                    </BottomLabel>
                  )}
                </Group>
              ))}
              <LinePath
                data={[...months]}
                x={(_, index) => middle(index)}
                y={({ net }) => y(pixelsOf(net))}
                fill="none"
                strokeWidth={2}
                strokeLinejoin="round"
                className="stroke-accent"
              />
              {months.map(({ month, net }, index) => (
                <circle
                  key={month}
                  cx={middle(index)}
                  cy={y(pixelsOf(net))}
                  r={index === active ? 5 : 3}
                  strokeWidth={2}
                  className="fill-accent stroke-surface"
                />
              ))}
            </svg>
            <PointStrip
              label={label}
              active={active}
              onActive={setActive}
              points={months.map((month, index) => ({
                key: month.month,
                x: middle(index) - step / 2,
                width: step,
                label: `${format.month(month.month)}: ${names.in} ${format.amount(month.income)}, ${names.out} ${format.amount(month.expenses)}, ${names.left} ${format.amount(month.net)}`,
                link: { to: "/transactions", search: { from: firstDayOf(month.month), to: lastDayOf(month.month) } },
              }))}
            />
          </>
        )}
      </div>
    </div>
  );
}

function Column({ x, width, from, to, className }: { x: number; width: number; from: number; to: number; className: string }) {
  return (
    <Bar
      x={x}
      width={width}
      y={Math.min(from, to)}
      height={Math.max(from === to ? 0 : 1, Math.abs(from - to))}
      rx={Math.min(3, width / 2)}
      className={className}
    />
  );
}

function Key({ name, value, className, line = false }: { name: string; value: WireAmount; className: string; line?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span data-drawn="" className={cx("inline-block", line ? "h-0.5 w-4" : "size-2.5 rounded-[3px]", className)} />
      {name} <Amount value={value} className="text-ink" />
    </span>
  );
}
