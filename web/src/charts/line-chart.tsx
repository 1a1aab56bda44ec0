import { Group } from "@visx/group";
import { Area, LinePath } from "@visx/shape";
import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";
import type { WireAmount } from "../format/format.ts";
import { pixelsOf } from "../format/amounts.ts";
import { useFormat } from "../format/use-format.ts";
import { Amount } from "../ui/amount.tsx";
import { cx } from "../ui/classes.ts";
import { AmountAxis, BottomLabel } from "./axis.tsx";
import { axisTicks, useWidth } from "./measure.ts";
import { type RowsAt, RowsLink } from "./rows-link.tsx";
import { linear } from "./scale.ts";

export interface LinePoint {
  /** Place on the horizontal axis: a whole number of days. */
  readonly x: number;
  readonly amount: WireAmount;
}
export interface Line {
  readonly key: string;
  readonly name: string;
  readonly points: readonly LinePoint[];
  /** The line that matters, filled below; the others are quiet. */
  readonly main?: boolean;
}

/** Where the main line may run instead: low and high at the same places. */
export interface Band {
  readonly name: string;
  readonly low: readonly LinePoint[];
  readonly high: readonly LinePoint[];
}

const MARGIN = { top: 8, right: 8, bottom: 24, left: 52 };

/**
 * One or two lines over days. Pointer and keyboard move along the days (arrow keys a day, Page keys a month); what stands at the
 * chosen day is written above the chart, so that nothing covers the lines and nothing moves. Where the days have transactions, a link
 * beside the figures leads to them.
 */
export function LineChart({
  label,
  lines,
  band,
  start,
  currency,
  height = 220,
  xName,
  ticks,
  includeZero = false,
  rowsAt,
}: {
  label: string;
  lines: readonly Line[];
  band?: Band;
  /** The place that is named until another is chosen; without it the end of the main line. */
  start?: number;
  currency: string;
  height?: number;
  /** The words for a place on the horizontal axis. */
  xName: (x: number) => string;
  /** Places that are named below the axis. */
  ticks: readonly { readonly x: number; readonly label: string }[];
  includeZero?: boolean;
  rowsAt?: (x: number) => RowsAt;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const [ref, width] = useWidth();
  const [chosen, setChosen] = useState<number>();
  const all = [...lines, ...(band === undefined ? [] : [{ points: band.low }, { points: band.high }])].flatMap((line) => line.points);
  const xs = [...new Set(all.map((point) => point.x))].toSorted((a, b) => a - b);
  const first = xs[0] ?? 0;
  const last = xs.at(-1) ?? 0;
  const values = all.map((point) => pixelsOf(point.amount));
  const low = Math.min(...values, ...(includeZero ? [0] : []));
  const high = Math.max(...values, ...(includeZero ? [0] : []));
  const yTicks = axisTicks(low, high, 4);
  const x = linear([first, Math.max(last, first + 1)], [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
  const y = linear([yTicks[0] ?? 0, yTicks.at(-1) ?? 1], [height - MARGIN.bottom, MARGIN.top]);
  const main = lines.find((line) => line.main === true) ?? lines[0];
  const at = chosen ?? start ?? main?.points.at(-1)?.x ?? last;
  const pointAt = (line: Pick<Line, "points">, where: number): LinePoint | undefined => line.points.findLast((point) => point.x <= where);

  const choose = (where: number): void => {
    const nearest = xs.reduce((best, one) => (Math.abs(one - where) < Math.abs(best - where) ? one : best), first);
    setChosen(nearest);
  };
  const chooseAt = (event: PointerEvent<HTMLElement>): void => choose(Math.round(x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left)));
  const rows = rowsAt?.(at);
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - 30, PageUp: at + 30, Home: first, End: last }[
      event.key
    ];
    if (target === undefined) return;
    event.preventDefault();
    choose(Math.max(first, Math.min(last, target)));
  };
  const [least, most] = [band?.low, band?.high].map((points) => (points === undefined ? undefined : pointAt({ points }, at)));
  const words = [
    xName(at),
    ...lines.map((line) => {
      const point = pointAt(line, at);
      return point === undefined ? "" : `${line.name} ${format.amount(point.amount)}`;
    }),
    ...(band === undefined || least === undefined || most === undefined ? [] : [`${band.name} ${format.amount(least.amount)} – ${format.amount(most.amount)}`]),
  ]
    .filter((part) => part !== "")
    .join(", ");

  return (
    <div className="@container">
      {/* Room for two lines where it is narrow, so that nothing moves while the figures change. */}
      <div className="mb-2 flex items-end justify-between gap-x-4 text-12">
        <p className="flex min-h-9 flex-wrap content-end items-center gap-x-4 gap-y-1 text-muted @lg:min-h-4" aria-hidden="true">
          <span className="font-500 text-ink">{xName(at)}</span>
          {lines.map((line) => {
            const point = pointAt(line, at);
            return (
              <LegendItem key={line.key} main={line === main} name={line.name}>
                {point !== undefined && <Amount value={point.amount} className="text-ink" />}
              </LegendItem>
            );
          })}
          {band !== undefined && least !== undefined && most !== undefined && (
            <span className="inline-flex flex-wrap items-center gap-x-1.5">
              <span className="h-2 w-4 rounded-4 bg-accent/20" />
              {band.name} <Amount value={least.amount} className="text-ink" /> – <Amount value={most.amount} className="text-ink" />
            </span>
          )}
        </p>
        {rows !== undefined && (
          <RowsLink at={rows} label={`${t`Transactions`}: ${xName(at)}`}>
            {t`Transactions`}
          </RowsLink>
        )}
      </div>
      <div
        ref={ref}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={first}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={words}
        className="relative touch-pan-y rounded-8"
        style={{ height }}
        onKeyDown={onKeyDown}
        onPointerDown={chooseAt}
        onPointerMove={chooseAt}
      >
        {width > 0 && (
          <svg width={width} height={height} aria-hidden="true" className="overflow-visible">
            <Group>
              <AmountAxis ticks={yTicks} y={y} left={MARGIN.left} right={width - MARGIN.right} currency={currency} />
              {fittingTicks(ticks, x, width).map((tick) => (
                <BottomLabel key={tick.x} x={x(tick.x)} y={height - 6}>
                  {tick.label}
                </BottomLabel>
              ))}
              {band !== undefined && (
                <Area
                  data={[...band.low]}
                  x={(point) => x(point.x)}
                  y0={(point) => y(pixelsOf(point.amount))}
                  y1={(_, index) => y(pixelsOf(band.high[index]?.amount ?? band.low[index]?.amount ?? { amount: "0", currency }))}
                  className="fill-accent/20"
                />
              )}
              {lines.map((line) => (
                <Group key={line.key}>
                  {line === main && band === undefined && (
                    <Area
                      data={[...line.points]}
                      x={(point) => x(point.x)}
                      y1={(point) => y(pixelsOf(point.amount))}
                      y0={y(Math.max(yTicks[0] ?? 0, Math.min(0, yTicks.at(-1) ?? 0)))}
                      className="fill-accent/10"
                    />
                  )}
                  <LinePath
                    data={[...line.points]}
                    x={(point) => x(point.x)}
                    y={(point) => y(pixelsOf(point.amount))}
                    fill="none"
                    strokeWidth={line === main ? 2 : 1.5}
                    strokeDasharray={line === main ? undefined : "4 4"}
                    strokeLinejoin="round"
                    className={line === main ? "stroke-accent" : "stroke-line-strong"}
                  />
                </Group>
              ))}
              {chosen !== undefined && <line x1={x(at)} x2={x(at)} y1={MARGIN.top} y2={height - MARGIN.bottom} className="stroke-line-strong" />}
              {lines.map((line) => {
                const point = pointAt(line, at);
                return (
                  point !== undefined && (
                    <circle
                      key={line.key}
                      cx={x(Math.min(at, point.x))}
                      cy={y(pixelsOf(point.amount))}
                      r={line === main ? 4 : 3}
                      strokeWidth={2}
                      className={cx("stroke-surface", line === main ? "fill-accent" : "fill-line-strong")}
                    />
                  )
                );
              })}
            </Group>
          </svg>
        )}
      </div>
    </div>
  );
}

function LegendItem({ main, name, children }: { main: boolean; name: string; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg width="16" height="8" aria-hidden="true">
        <line
          x1="0"
          x2="16"
          y1="4"
          y2="4"
          strokeWidth="2"
          strokeDasharray={main ? undefined : "4 3"}
          className={main ? "stroke-accent" : "stroke-line-strong"}
        />
      </svg>
      {name} {children}
    </span>
  );
}

/** The named places that have room beside each other. */
function fittingTicks<T extends { readonly x: number }>(ticks: readonly T[], place: (x: number) => number, width: number): T[] {
  const room = 56;
  const every = Math.max(1, Math.ceil((ticks.length * room) / Math.max(1, width - MARGIN.left)));
  return ticks.filter((tick, index) => index % every === 0 && place(tick.x) <= width - 12);
}
