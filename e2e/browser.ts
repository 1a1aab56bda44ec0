import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { Person } from "./person.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** Chromium of this machine. @throws with how to install it */
function findChromium(): string {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/bin"];
  const candidates = [process.env["OPL_CHROMIUM"], ...folders.flatMap((folder) => names.map((name) => path.join(folder, name)))];
  const found = candidates.find((file) => {
    try {
      if (file === undefined) return false;
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error("There is no Chromium on PATH. Install it (Debian: apt-get install chromium) or name it in OPL_CHROMIUM.");
  return found;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
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
}

/** What a page must never do: break its content security policy, throw, or log an error. */
export interface Complaints {
  readonly found: string[];
}

export async function newPerson(
  browser: Browser,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ context: BrowserContext; page: Page; complaints: Complaints }> {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: Complaints = { found: [] };
  page.on("pageerror", (error) => complaints.found.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // A request that was refused on purpose (not signed in yet) is no mistake of the page.
    if (message.type() !== "error" || /status of 4\d\d/.test(message.text())) return;
    const { url } = message.location();
    const asked = URL.canParse(url) && new URL(url).href !== page.url() ? ` (${new URL(url).pathname})` : "";
    complaints.found.push(`${new URL(page.url()).pathname}: ${message.text()}${asked}`);
  });
  // Which fault it was, for whoever reads the complaint.
  page.on("response", (answer) => {
    if (answer.status() < 500) return;
    void answer.text().then(
      (text) => complaints.found.push(`${new URL(answer.url()).pathname}: status of ${answer.status()}: ${text.slice(0, 300)}`),
      () => undefined,
    );
  });
  // A request that a test answers itself has its answer before its page goes: cut off in between, it would be an error of nobody.
  const close = context.close.bind(context);
  context.close = async (...given) => {
    await Promise.all(context.pages().map((one) => one.unrouteAll({ behavior: "wait" })));
    await close(...given);
  };
  // A person who does something at once meets the client: what the build drew has given way to it.
  for (const act of ["goto", "reload"] as const) {
    const go = page[act].bind(page) as (...given: unknown[]) => ReturnType<Page["goto"]>;
    page[act] = async (...given: unknown[]) => {
      const answer = await go(...given);
      await page.locator("#shell").waitFor({ state: "detached" });
      return answer;
    };
  }
  return { context, page, complaints };
}

/** Has the browser go on in the session of somebody who signed in without one. */
export async function carrySession({ cookie, origin }: Pick<Person, "cookie" | "origin">, context: BrowserContext): Promise<void> {
  const pairs = cookie.split("; ").map((pair) => ({ name: pair.slice(0, pair.indexOf("=")), value: pair.slice(pair.indexOf("=") + 1) }));
  await context.addCookies(pairs.map((pair) => ({ ...pair, domain: new URL(origin).hostname, path: "/", secure: true, httpOnly: true })));
}

/** From the address of a payment's or a permission's approval: logs in on the bank's page and says yes there. */
export async function approveAtBank(page: Page, origin: string, bankPsu: string): Promise<void> {
  await page.waitForURL((url) => url.origin !== origin);
  await page.locator("input[name=psuId]").fill(bankPsu);
  await page.keyboard.press("Enter");
  await page.locator('button[name=decision][value="approve"]').click();
}
