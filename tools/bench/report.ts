import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** One line of the table. `baseline` is the bare part measured in the same run, `ratio` what of it we reach. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number | null;
  readonly better: "higher" | "lower";
  readonly baseline: number | null;
  readonly ratio: number | null;
}

const round = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

export function figure(name: string, value: number, unit: string, better: Figure["better"], goal: number | null, baseline: number | null = null): Figure {
  return {
    name,
    value: round(value),
    unit,
    goal,
    better,
    baseline: baseline === null ? null : round(baseline),
    ratio: baseline === null || baseline === 0 ? null : round(value / baseline),
  };
}

/** The value below which so many percent of the others are; nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

const reached = ({ value, goal, better }: Figure): string =>
  goal === null ? "" : (better === "higher" ? value >= goal : value <= goal) ? "reached" : "missed";

export function printTable(figures: readonly Figure[], out: NodeJS.WritableStream): void {
  const rows = [
    ["figure", "value", "goal", "", "bare parts", "ratio"],
    ...figures.map((one) => [
      one.name,
      `${one.value} ${one.unit}`,
      one.goal === null ? "-" : `${one.better === "higher" ? "≥" : "≤"} ${one.goal}`,
      reached(one),
      one.baseline === null ? "-" : `${one.baseline} ${one.unit}`,
      one.ratio === null ? "-" : String(one.ratio),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    out.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}

export function writeLatest(figures: readonly Figure[], root: string): string {
  const file = path.join(root, "bench", "results", "latest.json");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  return file;
}
