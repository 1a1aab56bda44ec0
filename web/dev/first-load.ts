import { chromium } from "playwright-core";
import { gzipSync } from "node:zlib";
import { startFixturesServer } from "./fixtures-server.ts";

/** Measures the script each page needs until it is quiet, gzipped, in KiB. The goal for the first load is 150. */

const server = await startFixturesServer(0);
const browser = await chromium.launch({
  executablePath: process.env["OPL_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
for (const path of ["/welcome", "/sign-in", "/", "/transactions", "/insights", "/permissions", "/settings", "/connect"]) {
  const context = await browser.newContext();
  await context.addCookies([{ name: "opl-fixture", value: path === "/welcome" || path === "/sign-in" ? "signed-out" : "full", url: server.url }]);
  const page = await context.newPage();
  const scripts: { url: string; gzip: number }[] = [];
  page.on("response", (response) => {
    if (!/\.js(\?|$)/.test(response.url())) return;
    void response.body().then((body) => scripts.push({ url: response.url(), gzip: gzipSync(body, { level: 9 }).length })).catch(() => undefined);
  });
  await page.goto(server.url + path);
  await page.locator("main h1").first().waitFor();
  await page.waitForTimeout(2_500);
  const kib = scripts.reduce((sum, { gzip }) => sum + gzip, 0) / 1_024;
  process.stdout.write(`${path.padEnd(16)} ${kib.toFixed(1).padStart(7)} KiB gzipped in ${scripts.length} files\n`);
  await context.close();
}
await browser.close();
await server.close();
