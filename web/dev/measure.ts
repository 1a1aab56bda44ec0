import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { startFixturesServer } from "./fixtures-server.ts";

/**
 * Measures the built client: script each page needs until it is quiet, the largest paint, the longest task and what moved with a
 * processor slowed four times, and scrolling through 10,000 rows. Goals: 150 KiB, 1 s, no task over 100 ms while scrolling.
 *
 *   node dev/measure.ts [--json]
 */
interface Measured {
  readonly page: string;
  /** Gzipped script until the page is quiet, in bytes, and in how many files. */
  readonly script: { readonly bytes: number; readonly files: number };
  /** With a processor slowed four times, the median of the rounds: milliseconds, and the share of the window that moved. */
  readonly slow: { readonly paint: number; readonly task: number; readonly shift: number };
}

const pages = ["/welcome", "/sign-in", "/", "/transactions", "/insights", "/permissions", "/settings", "/connect"];
/** One look says little on a machine that does other things too. */
const ROUNDS = 3;
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
    const seen = { tasks: [] as number[], paint: 0, shift: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({
      type: "longtask",
      buffered: true,
    });
    new PerformanceObserver((list) => (seen.paint = Math.round(list.getEntries().at(-1)?.startTime ?? 0))).observe({
      type: "largest-contentful-paint",
      buffered: true,
    });
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
  await page.goto(url + path);
  await page.locator("main h1").first().waitFor();
  await page.waitForTimeout(slowdown > 1 ? 4_000 : 2_000);
  return { context, page, scripts };
}

const seen = (page: Page): Promise<{ tasks: number[]; paint: number; shift: number }> =>
  page.evaluate(() => (window as unknown as { seen: { tasks: number[]; paint: number; shift: number } }).seen);

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

async function measurePage(browser: Browser, url: string, path: string): Promise<Measured> {
  const quick = await open(browser, url, path);
  const script = { ...quick.scripts };
  await quick.context.close();
  const rounds: { paint: number; task: number; shift: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { context, page } = await open(browser, url, path, SLOWDOWN);
    const { paint, tasks, shift } = await seen(page);
    rounds.push({ paint, task: Math.max(0, ...tasks), shift });
    await context.close();
  }
  const slow = { paint: median(rounds.map((one) => one.paint)), task: median(rounds.map((one) => one.task)), shift: median(rounds.map((one) => one.shift)) };
  return { page: path, script, slow };
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
const measured: Measured[] = [];
for (const page of pages) measured.push(await measurePage(browser, server.url, page));
const scrolling = await measureScrolling(browser, server.url);
await browser.close();
await server.close();

const lines = [
  ...measured.map(
    ({ page, script, slow }) =>
      `${page.padEnd(14)} ${(script.bytes / 1_024).toFixed(1).padStart(6)} KiB of script in ${script.files} files; ${SLOWDOWN} times slower: largest paint ${slow.paint} ms, longest task ${slow.task} ms, moved ${slow.shift.toFixed(3)}`,
  ),
  `10,000 rows    longest task while scrolling ${scrolling.toFixed(0)} ms of processor time`,
];
process.stdout.write(`${process.argv.includes("--json") ? JSON.stringify({ pages: measured, scrolling }) : lines.join("\n")}\n`);
