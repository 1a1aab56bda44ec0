import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { startFixturesServer } from "./fixtures-server.ts";

/**
 * Measures the built client: script each page needs until it is quiet, the largest paint and the longest tasks with a processor
 * slowed four times, and scrolling through 10,000 rows. Goals: 150 KiB, 1 s, no task over 100 ms.
 *
 *   node dev/measure.ts
 */

const say = (line: string): void => void process.stdout.write(`${line}\n`);

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
  return traceEvents
    .filter((event) => event.name === "RunTask" && event.ph === "X" && main.has(`${event.pid}:${event.tid}`))
    .map((event) => (event.tdur ?? 0) / 1_000);
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
for (const path of ["/welcome", "/sign-in", "/", "/transactions", "/insights", "/permissions", "/settings", "/connect"]) {
  const { context, scripts } = await open(browser, server.url, path);
  say(`script      ${path.padEnd(14)} ${(scripts.bytes / 1_024).toFixed(1).padStart(6)} KiB gzipped in ${scripts.files} files`);
  await context.close();
}
for (const path of ["/welcome", "/", "/transactions"]) {
  const { context, page } = await open(browser, server.url, path, 4);
  const { paint, tasks, shift } = await seen(page);
  say(`4x slower   ${path.padEnd(14)} largest paint ${paint} ms, longest task ${Math.max(0, ...tasks)} ms, layout shift ${shift.toFixed(3)}`);
  await context.close();
}
const { context, page } = await open(browser, server.url, "/transactions");
await browser.startTracing(page, { categories: ["toplevel"] });
const reached = await page.evaluate(
  () =>
    new Promise<number>((resolve) => {
      const step = (): void => {
        window.scrollBy(0, 400);
        if (window.scrollY + window.innerHeight < document.documentElement.scrollHeight - 5) requestAnimationFrame(step);
        else resolve(Math.round(window.scrollY));
      };
      requestAnimationFrame(step);
    }),
);
const tasks = mainThreadTasks(await browser.stopTracing());
say(
  `scroll      10,000 rows    ${reached} px at 400 px a frame; longest task ${Math.max(...tasks).toFixed(0)} ms of processor time, over 50 ms: ${tasks.filter((task) => task > 50).length}`,
);
await context.close();
await browser.close();
await server.close();
