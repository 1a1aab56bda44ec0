import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessibilityFaults, smallWords } from "../web/dev/page-rules.ts";

/** Nothing on the page breaks WCAG 2.2 at level AA, nor, where that is asked, what is good practice beyond it. */
export async function expectAccessible(page: Page, where: string, options: { bestPractice?: boolean } = {}): Promise<void> {
  expect(await accessibilityFaults(page, options), where).toEqual([]);
}

/** Every word on the page has at least 12 px. */
export async function expectReadable(page: Page, where: string): Promise<void> {
  expect(await smallWords(page), where).toEqual([]);
}
