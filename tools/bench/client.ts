import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { type Figure, figure } from "./report.ts";

interface Measured {
  readonly pages: readonly {
    readonly page: string;
    readonly script: { readonly bytes: number };
    readonly slow: { readonly paint: number; readonly task: number; readonly shift: number };
  }[];
  /** Milliseconds. */
  readonly scrolling: number;
}

const worst = (values: readonly number[]): number => Math.max(...values);

/** The web client in a browser of its own, with made-up answers: what it asks of a machine, not what the services do. */
export async function client(root: string): Promise<Figure[]> {
  const node = promisify(execFile);
  await node(process.execPath, [path.join(root, "tools/up/build-web.ts")], { cwd: root });
  const { stdout } = await node(process.execPath, [path.join(root, "web/dev/measure.ts"), "--json"], { cwd: root, maxBuffer: 1 << 24 });
  const { pages, scrolling } = JSON.parse(stdout) as Measured;
  const paintOf = (wanted: string): number => pages.find(({ page }) => page === wanted)?.slow.paint ?? Number.NaN;
  return [
    figure("script at first load, gzipped, largest page", worst(pages.map(({ script }) => script.bytes)) / 1_024, "KiB", "lower", 150),
    figure("largest paint of the welcome page, processor 4 times slower", paintOf("/welcome"), "ms", "lower", 1_000),
    figure("largest paint of the overview, processor 4 times slower", paintOf("/"), "ms", "lower", 1_000),
    figure("largest paint of the transactions, processor 4 times slower", paintOf("/transactions"), "ms", "lower", 1_000),
    figure("largest paint of the insights, processor 4 times slower", paintOf("/insights"), "ms", "lower", 1_000),
    figure("the same of a bare page with one heading", paintOf("bare page"), "ms", "lower", null),
    figure("layout shift, worst page", worst(pages.map(({ slow }) => slow.shift)), "", "lower", 0.05),
    figure("longest task while scrolling 10,000 rows", scrolling, "ms", "lower", 100),
  ];
}
