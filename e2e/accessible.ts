import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** What comes and goes has come or gone; what moves for ever, such as a skeleton, is no part of that. */
const isStill = `document.getAnimations().every((animation) =>
  animation.playState !== "running" || animation.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY)`;

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Nothing on the page breaks WCAG 2.2 at level AA, as far as a machine can tell, nor, where that is asked, what is good practice beyond it.
 * A dialog or page that was asked for must be there: whoever calls waits for it.
 */
export async function expectAccessible(page: Page, where: string, { bestPractice = false } = {}): Promise<void> {
  // Asked from outside: the page's own policy lets no text become code in it.
  await expect.poll(() => page.evaluate<boolean>(isStill), { message: `${where}: comes to rest` }).toBe(true);
  const { violations } = await new AxeBuilder({ page }).withTags(bestPractice ? [...wcag, "best-practice"] : wcag).analyze();
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
}

/** Every word on the page has at least 12 px. */
export async function expectReadable(page: Page, where: string): Promise<void> {
  const small = await page.evaluate<string[]>(`[...document.querySelectorAll("body *")]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== ""))
    .filter((element) => element.checkVisibility() && Number.parseFloat(getComputedStyle(element).fontSize) < 12)
    .map((element) => getComputedStyle(element).fontSize + " “" + element.textContent.trim().slice(0, 40) + "”")`);
  expect(small, `${where}: text under 12 px`).toEqual([]);
}
