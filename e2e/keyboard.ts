import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

interface Focus {
  /** The element as a person would call it. */
  readonly name: string;
  readonly lost: boolean;
  /** A ring of at least two pixels around the element, its label, or what is drawn in its place. */
  readonly ring: boolean;
  readonly inView: boolean;
}

/** What has the focus, and whether somebody who only looks can tell. */
const focusOf = (page: Page): Promise<Focus> =>
  page.evaluate<Focus>(`(() => {
    const element = document.activeElement ?? document.body;
    const ringed = (one) => one !== null && getComputedStyle(one).outlineStyle !== "none" && Number.parseFloat(getComputedStyle(one).outlineWidth) >= 2;
    const box = element.getBoundingClientRect();
    return {
      name: element.tagName.toLowerCase() + " “" + (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 50) + "”",
      lost: element === document.body,
      ring: ringed(element) || ringed(element.closest("label")),
      inView: box.bottom > 0 && box.right > 0 && box.top < window.innerHeight && box.left < window.innerWidth,
    };
  })()`);

const has = (target: Locator): Promise<boolean> => target.evaluate((element) => element === element.ownerDocument.activeElement);

/** A person without a mouse. Every stop on the way must be visible; the focus must never fall out of the page. */
export class Keyboard {
  readonly #page: Page;
  /** How many stops one may take to anything. */
  readonly #patience = 60;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  /** Goes on with Tab until the target has the focus. */
  async tabTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
    await target.waitFor();
    const way: string[] = [];
    for (let stops = 0; stops < this.#patience; stops += 1) {
      await this.press(key);
      const focus = await focusOf(this.#page);
      way.push(focus.name);
      expect(focus, `after ${key} on ${this.#page.url()}, by way of ${way.join(", ")}`).toMatchObject({ lost: false, ring: true, inView: true });
      if (await has(target)) return;
    }
    throw new Error(`${target.toString()} was not reached on ${this.#page.url()}: ${way.join(", ")}`);
  }

  /** Goes to a control and presses it. */
  async use(target: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
    await this.tabTo(target);
    await this.press(key);
  }

  /** Waits until the focus has been moved to something, as a page does for its heading and a dialog for its first control. */
  async arrivesAt(target: Locator): Promise<void> {
    await target.waitFor();
    await expect
      .poll(async () => ((await has(target)) ? "there" : (await focusOf(this.#page)).name), { message: `focus on ${target.toString()}` })
      .toBe("there");
  }

  /** Waits until the focus is somewhere inside. */
  async arrivesIn(target: Locator): Promise<void> {
    await target.waitFor();
    await expect
      .poll(() => target.evaluate((element) => element.contains(element.ownerDocument.activeElement)), {
        message: `focus in ${target.toString()}`,
      })
      .toBe(true);
  }
}
