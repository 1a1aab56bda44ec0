import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { startFixturesServer } from "./fixtures-server.ts";

/**
 * Measures the built client: script each page needs until it is quiet, the largest paint, the longest task and what moved with a
 * processor slowed four times, and scrolling through 10,000 rows. Goals: 150 KiB, 1 s, no task over 100 ms while scrolling.
 * In every round a bare page with one heading is measured too: what the machine takes for nothing at all.
 *
 *   node dev/measure.ts [--json] [--rounds 5] [--only /,/insights]
 */
interface Measured {
  readonly page: string;
  /** Gzipped script until the page is quiet, in bytes, and in how many files. */
  readonly script: { readonly bytes: number; readonly files: number };
  /** With a processor slowed four times, the median of the rounds: milliseconds, and the share of the window that moved. */
  readonly slow: { readonly first: number; readonly paint: number; readonly task: number; readonly shift: number };
  /** The largest paint that 95 of 100 rounds stay below; with few rounds the worst. */
  readonly paintP95: number;
  /** What was painted largest in the last round. */
  readonly element: string;
}

interface Seen {
  tasks: number[];
  first: number;
  paint: number;
  element: string;
  shift: number;
}

const option = (name: string): string | undefined => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const BARE = "bare page";
const all = ["/welcome", "/sign-in", "/", "/transactions", "/insights", "/permissions", "/settings", "/connect"];
const pages = option("--only")?.split(",") ?? all;
/** One look says little on a machine that does other things too. */
const rounds = Number.parseInt(option("--rounds") ?? "5", 10);
const SLOWDOWN = 4;

async function open(
  browser: Browser,
  url: string,
  path: string,
  slowdown = 1,
): Promise<{ context: BrowserContext; page: Page; scripts: { bytes: number; files: number } }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies([{ name: "opl-fixture", value: path === "/welcome" || path === "/sign-in" ? "signed-out" : "full", url }]);
  await context.addInitScript(() => {
    const seen: Seen = { tasks: [], first: 0, paint: 0, element: "", shift: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({
      type: "longtask",
      buffered: true,
    });
    new PerformanceObserver((list) => {
      const last = list.getEntries().at(-1) as (PerformanceEntry & { element: Element | null }) | undefined;
      if (last === undefined) return;
      seen.first ||= Math.round(last.startTime);
      seen.paint = Math.round(last.startTime);
      seen.element = `${last.element?.tagName.toLowerCase() ?? "?"} “${last.element?.textContent.slice(0, 40) ?? ""}”`;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]) if (!entry.hadRecentInput) seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  const page = await context.newPage();
  const scripts = { bytes: 0, files: 0 };
  page.on("response", (response) => {
    if (!/\.js(\?|$)/.test(response.url())) return;
    response.body().then(
      (body) => {
        scripts.bytes += gzipSync(body, { level: 9 }).length;
        scripts.files += 1;
        return undefined;
      },
      () => undefined,
    );
  });
  if (slowdown > 1) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  await page.goto(path === BARE ? url : url + path);
  if (path !== BARE) await page.locator("#root main h1").first().waitFor();
  await page.waitForTimeout(slowdown > 1 ? 4_000 : 2_000);
  return { context, page, scripts };
}

const seen = (page: Page): Promise<Seen> => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

/** Processor time of each task of the page, in milliseconds: other processes on the machine do not count. */
function mainThreadTasks(trace: Buffer): number[] {
  interface TraceEvent {
    readonly name: string;
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    readonly tdur?: number;
    readonly args?: { readonly name?: string };
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(
    traceEvents.filter((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain").map((event) => `${event.pid}:${event.tid}`),
  );
  const tasks = traceEvents.filter((event) => event.name.endsWith("RunTask") && event.ph === "X" && main.has(`${event.pid}:${event.tid}`));
  if (tasks.length === 0) throw new Error("This Chromium names its tasks differently: nothing was measured.");
  return tasks.map((event) => (event.tdur ?? 0) / 1_000);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const p95 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

/** Page after page, round after round, so that a busy minute of the machine is nobody's alone. */
async function measurePages(browser: Browser, url: string, bareUrl: string): Promise<Measured[]> {
  const wanted = [BARE, ...pages];
  const scripts = new Map<string, { bytes: number; files: number }>([[BARE, { bytes: 0, files: 0 }]]);
  for (const path of pages) {
    const quick = await open(browser, url, path);
    scripts.set(path, { ...quick.scripts });
    await quick.context.close();
  }
  const looks = new Map<string, Seen[]>(wanted.map((path) => [path, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const path of wanted) {
      const { context, page } = await open(browser, path === BARE ? bareUrl : url, path, SLOWDOWN);
      looks.get(path)?.push(await seen(page));
      await context.close();
    }
  }
  return [...looks].map(([page, found]) => {
    const medianOf = (value: (one: Seen) => number): number => median(found.map(value));
    return {
      page,
      script: scripts.get(page) ?? { bytes: 0, files: 0 },
      slow: {
        first: medianOf((one) => one.first),
        paint: medianOf((one) => one.paint),
        task: medianOf((one) => Math.max(0, ...one.tasks)),
        shift: medianOf((one) => one.shift),
      },
      paintP95: p95(found.map((one) => one.paint)),
      element: found.at(-1)?.element ?? "",
    };
  });
}

async function startBarePage(): Promise<{ url: string; close: () => void }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end('<!doctype html><html lang="en"><title>Bare</title><link rel="icon" href="data:,"><h1>A page with one heading and nothing else</h1></html>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

/** Goes through the whole list, 400 px a frame. @returns the longest task in milliseconds of processor time */
async function measureScrolling(browser: Browser, url: string): Promise<number> {
  const { context, page } = await open(browser, url, "/transactions");
  await browser.startTracing(page, { categories: ["toplevel"] });
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const step = (): void => {
          window.scrollBy(0, 400);
          if (window.scrollY + window.innerHeight < document.documentElement.scrollHeight - 5) requestAnimationFrame(step);
          else resolve();
        };
        requestAnimationFrame(step);
      }),
  );
  const tasks = mainThreadTasks(await browser.stopTracing());
  await context.close();
  return Math.max(...tasks);
}

const server = await startFixturesServer(0);
const browser = await chromium.launch({
  executablePath: process.env["OPL_CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const bare = await startBarePage();
const loadBefore = loadavg()[0] ?? 0;
const measured = await measurePages(browser, server.url, bare.url);
const scrolling = await measureScrolling(browser, server.url);
const load = { before: loadBefore, after: loadavg()[0] ?? 0 };
await browser.close();
await server.close();
bare.close();

const lines = [
  ...measured.map(
    ({ page, script, slow, paintP95, element }) =>
      `${page.padEnd(14)} ${(script.bytes / 1_024).toFixed(1).padStart(6)} KiB of script in ${script.files} files; ${SLOWDOWN} times slower: first text ${slow.first} ms, largest paint ${slow.paint} ms (p95 ${paintP95}, ${element}), longest task ${slow.task} ms, moved ${slow.shift.toFixed(3)}`,
  ),
  `10,000 rows    longest task while scrolling ${scrolling.toFixed(0)} ms of processor time`,
  `${rounds} rounds; load of the machine ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`,
];
process.stdout.write(`${process.argv.includes("--json") ? JSON.stringify({ pages: measured, scrolling, load }) : lines.join("\n")}\n`);
