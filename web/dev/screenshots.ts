import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { startFixturesServer } from "./fixtures-server.ts";
import type { WorldName } from "./fixtures/worlds.ts";
import { NOW } from "./fixtures/worlds.ts";
import { accessibilityFaults, smallWords } from "./page-rules.ts";

/**
 * Photographs every page in every state at 1280 and 390 px, light and dark, and checks each: axe without findings, nothing
 * wider than the window, no message in the console, no word under 12 px. Needs a built client and a Chromium.
 *
 *   node dev/screenshots.ts [--out folder] [--only part-of-a-name] [--language fi]
 *   node dev/screenshots.ts --states        every page where something is missing, on its way, wrong or long, at 390 px and dark
 */

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly world?: WorldName;
  /** What a person does before the picture. */
  readonly act?: (page: Page) => Promise<void>;
  readonly ready?: string;
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
};

const firstRow = "main [data-index] a";
async function changeCategory(page: Page): Promise<void> {
  await page.locator(firstRow).nth(8).click();
  await page.getByRole("button", { name: /^(Change the category|Vaihda luokka|Ändra kategorin)$/ }).click();
  await page.getByRole("option").first().waitFor();
}
async function split(page: Page, last: (page: Page) => Promise<void>): Promise<void> {
  await page.locator(firstRow).nth(8).click();
  // Split by the picture before, it is split again.
  const begin = /^(Split this transaction|Jaa osiin tämä tapahtuma|Dela upp transaktionen|Change the split|Vaihda jakoa|Ändra delningen)$/;
  await page.getByRole("button", { name: begin }).click();
  const amounts = page.locator("form input[inputmode=decimal]");
  await amounts.first().fill("1,50");
  await amounts.last().fill("");
  await page.locator("form li:nth-child(2) button[aria-expanded]").click();
  await page.getByRole("option").nth(9).click();
  await page.locator("form li:nth-child(2) input").last().fill("Candles, flowers and a card for Grandmother");
  await last(page);
}
const select = /^(Select|Valitse|Välj)$/;
/** Begins to select and takes some rows, the last with all before it. */
async function selectSome(page: Page): Promise<void> {
  await page.getByRole("button", { name: select }).click();
  await page.locator(firstRow).nth(8).click();
  await page
    .locator(firstRow)
    .nth(11)
    .click({ modifiers: ["Shift"] });
  await page.getByRole("button", { name: /…$/ }).first().waitFor();
}
/** What lies further down loads when somebody comes near it. */
async function toTheEnd(page: Page): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await page.mouse.wheel(0, 10_000);
    await page.waitForTimeout(500);
  }
}
const shots: readonly Shot[] = [
  { name: "welcome", path: "/welcome", world: "signed-out" },
  {
    name: "welcome-faults",
    path: "/welcome",
    world: "signed-out",
    act: async (page) => page.getByRole("button", { name: /Create account|Luo tili|Skapa konto/ }).click(),
  },
  { name: "sign-in", path: "/sign-in", world: "signed-out" },
  {
    name: "sign-in-refused",
    path: "/sign-in",
    world: "signed-out",
    act: async (page) => {
      await page.locator("[name=email]").fill("aino@example.fi");
      await page.locator("[name=password]").fill("wrong password");
      await page.locator("button[type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "connect", path: "/connect", ready: "main ul li" },
  { name: "connect-search", path: "/connect", ready: "main ul li", act: async (page) => page.locator("input[type=search]").fill("zzz") },
  { name: "connect-long", path: "/connect", world: "long", ready: "main ul li" },
  { name: "connect-loading", path: "/connect", world: "slow" },
  { name: "before-leaving", path: "/connect/op-sandbox", ready: "main h2" },
  { name: "before-leaving-long", path: "/connect/op-sandbox", world: "long", ready: "main h2" },
  {
    name: "before-leaving-down",
    path: "/connect/handelsbanken",
    ready: "main h2",
    act: async (page) => {
      await page.locator("main button").last().click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "return-reading", path: "/connect/return/op-sandbox#code=x&state=ok", ready: "main li p", act: async (page) => page.waitForTimeout(1_500) },
  { name: "return-done", path: "/connect/return/op-sandbox#code=x&state=ok", ready: "main li p", act: async (page) => page.waitForTimeout(9_500) },
  ...["refused", "timeout", "down", "forged", "other", "used", "unreachable"].map((state): Shot => ({
    name: `return-${state}`,
    path: `/connect/return/op-sandbox#code=x&state=${state}`,
    ready: "[role=alert] h1",
  })),
  { name: "return-signed-out", path: "/connect/return/op-sandbox#code=x&state=ok", world: "signed-out", ready: "[role=alert] h1" },
  { name: "overview", path: "/", ready: "main svg path" },
  {
    name: "overview-table",
    path: "/",
    ready: "main svg path",
    act: async (page) =>
      page
        .getByRole("button", { name: /table|taulukko|tabell/ })
        .first()
        .click(),
  },
  { name: "overview-empty", path: "/", world: "empty", ready: "main h2" },
  { name: "overview-loading", path: "/", world: "slow" },
  { name: "overview-error", path: "/", world: "broken", ready: "main [role=alert]" },
  { name: "overview-attention", path: "/", world: "attention", ready: "main svg path" },
  {
    name: "overview-answered",
    path: "/",
    world: "attention",
    ready: "main svg path",
    act: async (page) => {
      await page
        .getByRole("button", { name: /That is right|Tämä on oikein|Det stämmer/ })
        .first()
        .click();
      await page.getByRole("status").getByRole("button").waitFor();
    },
  },
  { name: "overview-partial", path: "/", world: "partial", ready: "main h2" },
  { name: "overview-long", path: "/", world: "long", ready: "main svg path" },
  { name: "overview-private", path: "/", ready: "main svg path", act: async (page) => page.keyboard.press("h") },
  {
    name: "overview-offline",
    path: "/",
    ready: "main svg path",
    act: async (page) => {
      await page.context().setOffline(true);
      await page.getByText(/offline|verkossa|frånkopplad/i).waitFor();
    },
  },
  { name: "transactions", path: "/transactions", ready: firstRow },
  {
    name: "transactions-scrolled",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await page.evaluate(() => window.scrollTo(0, 2_350));
      await page.waitForTimeout(600);
    },
  },
  { name: "transactions-filtered", path: "/transactions?q=kallio&category=groceries,eating-out&from=2026-10-01&to=2026-10-31&min=10", ready: firstRow },
  { name: "transactions-nothing", path: "/transactions?q=zzzzzz", ready: "main h2" },
  { name: "transactions-empty", path: "/transactions", world: "empty", ready: "main h2" },
  { name: "transactions-loading", path: "/transactions", world: "slow" },
  { name: "transactions-error", path: "/transactions", world: "broken", ready: "main [role=alert]" },
  { name: "transactions-partial", path: "/transactions", world: "partial", ready: firstRow },
  { name: "transactions-long", path: "/transactions", world: "long", ready: firstRow },
  {
    name: "transactions-detail",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await page.locator(firstRow).nth(8).click();
      await page.getByRole("button", { name: /Proof|Todiste|Bevis/ }).click();
      await page.locator("pre").waitFor();
    },
  },
  {
    name: "transactions-category-choice",
    path: "/transactions",
    ready: firstRow,
    act: (page) => changeCategory(page),
  },
  {
    name: "transactions-category-scope",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await changeCategory(page);
      await page.getByRole("option").nth(9).click();
      await page.locator("[role=group] button").nth(2).waitFor();
    },
  },
  {
    name: "transactions-category-scope-long",
    path: "/transactions",
    world: "long",
    ready: firstRow,
    act: async (page) => {
      await changeCategory(page);
      await page.getByRole("option").nth(9).click();
      await page.locator("[role=group] button").nth(2).waitFor();
    },
  },
  {
    name: "transactions-category-corrected",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await changeCategory(page);
      await page.getByRole("option").nth(9).click();
      await page.locator("[role=group] button").first().click();
      await page.getByRole("button", { name: /^(Undo|Kumoa|Ångra)$/ }).waitFor();
      await page.locator("textarea").fill("A birthday present, half of it is Pekka’s");
    },
  },
  { name: "transactions-selecting", path: "/transactions", ready: firstRow, act: (page) => selectSome(page) },
  { name: "transactions-selecting-long", path: "/transactions", world: "long", ready: firstRow, act: (page) => selectSome(page) },
  {
    name: "transactions-selecting-filtered",
    path: "/transactions?category=groceries&from=2026-10-01",
    ready: firstRow,
    act: async (page) => {
      await selectSome(page);
      await page.getByRole("button", { name: /^(Select all|Valitse kaikki|Välj alla)/ }).click();
    },
  },
  {
    name: "transactions-selecting-category",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await selectSome(page);
      await page.getByRole("button", { name: /…$/ }).first().click();
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "transactions-selecting-note",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await selectSome(page);
      await page.getByRole("button", { name: /…$/ }).last().click();
      await page.getByRole("dialog").locator("textarea").fill("For the market of the school");
    },
  },
  {
    name: "transactions-selecting-done",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => {
      await selectSome(page);
      await page.getByRole("button", { name: /…$/ }).first().click();
      await page.getByRole("option").nth(9).click();
      await page.getByRole("button", { name: /^(Undo|Kumoa|Ångra)$/ }).waitFor();
    },
  },
  {
    name: "transactions-splitting",
    path: "/transactions",
    ready: firstRow,
    act: (page) =>
      split(page, async () => {
        await page.locator("form > div button").first().click();
        await page.locator("form button[type=submit]").click();
        await page.locator("form li:nth-child(3) p").waitFor();
      }),
  },
  {
    name: "transactions-split",
    path: "/transactions",
    ready: firstRow,
    act: (page) =>
      split(page, async () => {
        await page.locator("form li:nth-child(2) button").last().click();
        await page.locator("form button[type=submit]").click();
        await page.getByRole("button", { name: /^(Undo|Kumoa|Ångra)$/ }).waitFor();
      }),
  },
  {
    name: "transactions-category-chip",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => page.getByRole("button", { name: /^(Category|Luokka|Kategori)$/ }).click(),
  },
  {
    name: "transactions-amount-chip",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => page.getByRole("button", { name: /^(Amount|Summa|Belopp)$/ }).click(),
  },
  {
    name: "transactions-period-chip",
    path: "/transactions",
    ready: firstRow,
    act: async (page) => page.getByRole("button", { name: /^(Period|Aikaväli)$/ }).click(),
  },
  { name: "insights", path: "/insights", ready: "main svg path" },
  { name: "insights-drilled", path: "/insights?month=2026-10&category=groceries", ready: "main li li" },
  { name: "insights-empty", path: "/insights", world: "empty", ready: "main h2:not(.sr-only)" },
  { name: "insights-loading", path: "/insights", world: "slow" },
  { name: "insights-error", path: "/insights", world: "broken", ready: "main [role=alert]", act: toTheEnd },
  { name: "insights-ahead", path: "/insights", ready: "main svg path", act: toTheEnd },
  ...(["full", "long"] as const).map((world): Shot => ({
    name: `insights-budget-${world === "full" ? "changed" : "new"}`,
    path: "/insights",
    world,
    ready: "main svg path",
    act: async (page) => {
      await toTheEnd(page);
      await page
        .getByRole("button", { name: /budget for|budjetti|budget för/i })
        .first()
        .click();
      await page.getByRole("dialog").waitFor();
    },
  })),
  { name: "insights-long", path: "/insights", world: "long", ready: "main svg path", act: toTheEnd },
  { name: "permissions", path: "/permissions", ready: "main h3" },
  { name: "permissions-history", path: "/permissions", ready: "main h3", act: async (page) => page.locator("main summary").first().click() },
  {
    name: "permissions-receipts",
    path: "/permissions",
    ready: "main h3",
    act: async (page) => {
      await page.locator("main summary").nth(1).click();
      await page.locator("main details[open] ol").first().waitFor();
    },
  },
  {
    name: "permissions-withdraw",
    path: "/permissions",
    ready: "main h3",
    act: async (page) =>
      page
        .getByRole("button", { name: /^(Withdraw|Peru lupa|Återkalla)$/ })
        .first()
        .click(),
  },
  { name: "permissions-attention", path: "/permissions", world: "attention", ready: "main h3" },
  { name: "permissions-long", path: "/permissions", world: "long", ready: "main h3" },
  { name: "permissions-empty", path: "/permissions", world: "empty", ready: "main h2" },
  { name: "permissions-loading", path: "/permissions", world: "slow" },
  { name: "permissions-error", path: "/permissions", world: "broken", ready: "main [role=alert]" },
  { name: "settings", path: "/settings", ready: "main h2" },
  { name: "settings-erase", path: "/settings", ready: "main h2", act: async (page) => page.locator("main button").last().click() },
  {
    name: "settings-name",
    path: "/settings",
    ready: "main h2",
    act: async (page) => {
      await page.locator("main section button").first().click();
      await page.locator("[role=dialog] [name=name]").waitFor();
    },
  },
  {
    name: "settings-email-refused",
    path: "/settings",
    ready: "main h2",
    act: async (page) => {
      await page.locator("main section button").nth(1).click();
      await page.locator("[role=dialog] [name=email]").fill("another@example.fi");
      await page.locator("[role=dialog] button[type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "settings-proof",
    path: "/settings",
    ready: "main h2",
    act: async (page) => {
      await page.locator("main button").last().click();
      await page.locator("[role=dialog] button").last().click();
      await page.locator("[role=dialog] [name=password]").waitFor();
    },
  },
  {
    name: "settings-second-factor",
    path: "/settings",
    ready: "main h2",
    act: async (page) => {
      await page.getByRole("button", { name: /Set up|Ota käyttöön|Ställ in/ }).click();
      await page.locator("[role=dialog] svg[role=img]").waitFor();
    },
  },
  {
    name: "settings-recovery-codes",
    path: "/settings",
    ready: "main h2",
    act: async (page) => {
      await page.getByRole("button", { name: /Make new codes|Tee uudet|Skapa nya/ }).click();
      await page.locator("[role=dialog] button").last().click();
      await page.locator("[role=dialog] li").first().waitFor();
    },
  },
  { name: "recover", path: "/recover", world: "signed-out" },
  {
    name: "sign-in-code",
    path: "/sign-in",
    world: "signed-out",
    act: async (page) => {
      await page.locator("[name=email]").fill("aino@example.fi");
      await page.locator("[name=password]").fill("second factor");
      await page.locator("button[type=submit]").click();
      await page.locator("[name=code]").waitFor();
    },
  },
  {
    name: "palette",
    path: "/",
    ready: "main h2",
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").waitFor();
    },
  },
  {
    name: "shortcuts",
    path: "/",
    ready: "main h2",
    act: async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  ...(["", "/certificates", "/plan"] as const).flatMap((page): Shot[] => {
    const [name, path] = [`operator${page.replace("/", "-")}`, `/operator${page}`];
    return [
      { name, path, world: "operator", ready: "main article, main section" },
      { name: `${name}-empty`, path, world: "operator-empty", ready: "main h2" },
      { name: `${name}-loading`, path, world: "operator-slow", ready: "main nav" },
      { name: `${name}-error`, path, world: "operator-broken", ready: "main [role=alert]" },
    ];
  }),
  {
    name: "operator-renew",
    path: "/operator",
    world: "operator",
    ready: "main section",
    act: async (page) =>
      page
        .getByRole("button", { name: /^(Renew|Uudista|Förnya)$/ })
        .last()
        .click(),
  },
  {
    name: "operator-request",
    path: "/operator/certificates",
    world: "operator",
    ready: "main article",
    act: async (page) => page.locator("main header button").first().click(),
  },
  { name: "payments", path: "/payments", ready: "main li" },
  { name: "payments-empty", path: "/payments", world: "empty", ready: "main h2" },
  { name: "payments-loading", path: "/payments", world: "slow" },
  { name: "payments-error", path: "/payments", world: "broken", ready: "main [role=alert]" },
  {
    name: "payments-funds",
    path: "/payments",
    ready: "main form",
    act: async (page) => {
      await page.locator("main input[name=amount]").first().fill("12,50");
      await page.locator("main form button[type=submit]").first().click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "payment-new", path: "/payments/new", ready: "main form" },
  {
    name: "payment-new-faults",
    path: "/payments/new",
    ready: "main form",
    act: async (page) => {
      await page.getByText(/Again and again|Toistuvasti|Återkommande/).click();
      await page.locator("main form button[type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "payment-new-abroad",
    path: "/payments/new",
    ready: "main form",
    act: async (page) => page.getByText(/Abroad, any currency|Ulkomaille|Utomlands/).click(),
  },
  ...[1, 2, 3, 4, 5, 6].map((n): Shot => ({ name: `payment-order-${n}`, path: `/payments/0198c1f0-0000-7000-9000-00000000000${n}`, ready: "main ol" })),
  {
    name: "payment-cancel-withdraw",
    path: "/payments/0198c1f0-0000-7000-9000-000000000003",
    ready: "main ol",
    act: async (page) => page.locator("main button").last().click(),
  },
  { name: "not-found", path: "/nowhere", ready: "main h1" },
];

const sizes = [
  { name: "1280", width: 1280, height: 900 },
  { name: "390", width: 390, height: 844 },
] as const;
const themes = ["light", "dark"] as const;
const failures: string[] = [];

async function check(page: Page, name: string): Promise<void> {
  const width = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: window.innerWidth }));
  const wide = width.page > width.window + 1 ? [`page is ${width.page} px wide`] : [];
  const findings = [...(await accessibilityFaults(page, { bestPractice: true })), ...wide, ...(await smallWords(page))];
  failures.push(...findings.map((finding) => `${name}: ${finding}`));
}

async function photograph(context: BrowserContext, url: string, shot: Shot, name: string, folder: string): Promise<void> {
  await context.clearCookies();
  await context.addCookies([{ name: "opl-fixture", value: shot.world ?? "full", url }]);
  const page = await context.newPage();
  page.on("console", (message) => {
    const refused =
      shot.world === "signed-out" ||
      shot.world === "broken" ||
      shot.world === "operator-broken" ||
      /return-|before-leaving-down|settings-proof/.test(shot.name);
    if (message.type() === "error" && !(refused && message.text().startsWith("Failed to load resource"))) failures.push(`${name}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => failures.push(`${name}: ${error.message}`));
  await page.clock.setFixedTime(new Date(NOW));
  try {
    await page.goto(url + shot.path);
    // What the build drew has given way to the client.
    await page.locator("#shell").waitFor({ state: "detached" });
    await page
      .locator(shot.ready ?? "main [role=status], main h1, form")
      .first()
      .waitFor();
    await shot.act?.(page);
    await page.waitForTimeout(450);
    await check(page, name);
    await page.screenshot({
      path: join(folder, `${name}.png`),
      fullPage: !/transactions/.test(shot.name) && !/palette|shortcuts|withdraw|erase|renew|request/.test(shot.name),
    });
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message.split("\n")[0] : "failed"}`);
    await page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => undefined);
  }
  await context.setOffline(false);
  // What was set on one page (amounts hidden, a language) must not be in the next picture.
  await page.evaluate(() => localStorage.clear()).catch(() => undefined);
  await page.close();
}

const folder = option("out") ?? (await mkdtemp(join(tmpdir(), "opl-screenshots-")));
const only = option("only");
const states = process.argv.includes("--states");
/** What the pages look like with everything there is seen by the journeys. */
const isState = (shot: Shot): boolean =>
  (shot.world !== undefined && shot.world !== "full") || /^return-|-(down|offline|faults|nothing|refused)$/.test(shot.name);
await mkdir(folder, { recursive: true });
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
let taken = 0;
for (const size of sizes) {
  for (const theme of themes) {
    if (states && !(size.name === "390" && theme === "dark")) continue;
    const queue = shots
      .map((shot) => ({ shot, name: `${shot.name}-${size.name}-${theme}` }))
      .filter(({ shot, name }) => (!states || isState(shot)) && (only === undefined || new RegExp(only).test(name)));
    // What a picture needs is set for all pages of a context, so each of those who work at once has its own.
    const work = async (): Promise<void> => {
      const context = await browser.newContext({
        viewport: { width: size.width, height: size.height },
        colorScheme: theme,
        reducedMotion: "reduce",
        locale: option("language") ?? "en",
        timezoneId: "Europe/Helsinki",
        isMobile: size.width < 500,
        hasTouch: size.width < 500,
        ...(size.width < 500 ? { deviceScaleFactor: 2 } : {}),
      });
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await photograph(context, server.url, next.shot, next.name, folder);
        taken += 1;
      }
      await context.close();
    };
    await Promise.all(Array.from({ length: 4 }, work));
  }
}
await browser.close();
await server.close();
await writeFile(join(folder, "failures.txt"), failures.join("\n"));
process.stdout.write(`${taken} pictures in ${folder}; ${failures.length} failures\n${failures.join("\n")}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
