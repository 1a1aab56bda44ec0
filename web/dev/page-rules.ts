import { setTimeout as delay } from "node:timers/promises";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const longestMoveMs = 30_000;

/** What moves and will end: a skeleton, which moves for ever, is no part of that. */
const isMoving = `document.getAnimations().some((animation) =>
  animation.playState === "running" && animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)`;

/** Waits until what comes and goes has come or gone: half there it is neither as legible nor as hidden as it will be. */
async function comeToRest(page: Page): Promise<void> {
  const until = performance.now() + longestMoveMs;
  // Asked from outside: the page's own policy lets no text become code in it.
  while (await page.evaluate<boolean>(isMoving)) {
    if (performance.now() > until) throw new Error(`${page.url()} still moves after ${longestMoveMs} ms`);
    await delay(20);
  }
}

/**
 * What breaks WCAG 2.2 at level AA, as far as a machine can tell, and, where that is asked, what is not good practice beyond it: one line for each rule.
 * A dialog or page that was asked for must be there: whoever calls waits for it.
 */
export async function accessibilityFaults(page: Page, { bestPractice = false } = {}): Promise<readonly string[]> {
  await comeToRest(page);
  const { violations } = await new AxeBuilder({ page }).withTags(bestPractice ? [...wcag, "best-practice"] : wcag).analyze();
  return violations.map(({ id, nodes }) => {
    const places = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? node.failureSummary ?? ""})`);
    return `axe ${id}: ${[...places, ...(nodes.length > 3 ? [`${nodes.length - 3} more`] : [])].join(", ")}`.slice(0, 400);
  });
}

/** Words on the page under 12 px, with their size. */
export async function smallWords(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`[...new Set([...document.querySelectorAll("body *")]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== ""))
    .filter((element) => element.checkVisibility() && Number.parseFloat(getComputedStyle(element).fontSize) < 12)
    .map((element) => "text of " + getComputedStyle(element).fontSize + ": “" + element.textContent.trim().slice(0, 40) + "”"))]`);
}
