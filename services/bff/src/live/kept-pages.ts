import { randomInt } from "node:crypto";
import { keep } from "@opl/service";

/** What a page was made from; a page made from something else is another page. */
export interface PageState {
  /** The last hint there was for this person. */
  readonly lastHint: bigint;
  /** Pages speak of "today". */
  readonly today: string;
}

export interface MadePage<Page> {
  readonly page: Page;
  /** No part is missing: worth keeping. */
  readonly whole: boolean;
}

/** Pages as they were last made, one for each person, for as long as nothing about that person changed. */
export interface KeptPages<Page> {
  /** The person's page if it still holds, the one that is being made if there is one, else a new one. */
  get(psuId: string, state: PageState, make: () => Promise<MadePage<Page>>): Promise<Page>;
  /** Forgets the person's page, also one that is being made. */
  drop(psuId: string): void;
  readonly size: number;
}

interface Slot<Page> extends PageState {
  readonly page: Promise<Page>;
  readonly begunAt: number;
  readonly heldMs: number;
  readonly end: NodeJS.Timeout;
}

export interface KeptPagesOptions {
  /** Since when facts come in without a break, on the clock of `performance`; undefined while they do not. */
  readonly hearingSince?: () => number | undefined;
  /** No page is shown for longer, whatever was heard. */
  readonly longestMs?: number;
  /** The same for a page that facts may have missed. */
  readonly longestUnheardMs?: number;
  readonly most?: number;
}

/** So much of the longest time is left to chance, so that pages that were made together do not all end together. */
const spread = 0.25;

/**
 * Every change of a person's data becomes a hint in Postgres, so the number of the last one says whether a page still holds, on every
 * replica alike. What this replica changes itself is dropped at once, before its hint. While the event server is away hints are late:
 * a page made then, or before, holds only a moment.
 */
export function keptPages<Page>({
  hearingSince = () => 0,
  longestMs = 300_000,
  longestUnheardMs = 15_000,
  most = 2_000,
}: KeptPagesOptions = {}): KeptPages<Page> {
  const slots = keep<Slot<Page>>(most);
  const forget = (psuId: string): void => {
    clearTimeout(slots.get(psuId)?.end);
    slots.delete(psuId);
  };
  const holds = ({ begunAt, heldMs }: Slot<Page>): boolean => {
    const heard = (hearingSince() ?? Number.POSITIVE_INFINITY) <= begunAt;
    return performance.now() - begunAt < (heard ? heldMs : longestUnheardMs);
  };
  return {
    async get(psuId, { lastHint, today }, make) {
      const known = slots.get(psuId);
      if (known !== undefined && known.lastHint === lastHint && known.today === today && holds(known)) return known.page;
      forget(psuId);
      const begunAt = performance.now();
      const heldMs = longestMs - randomInt(Math.ceil(longestMs * spread));
      const made = make();
      // Known before it is made: whoever drops it meanwhile makes sure that what comes is not kept.
      const slot = { lastHint, today, page: made.then(({ page }) => page), begunAt, heldMs, end: setTimeout(forget, heldMs, psuId).unref() };
      slots.set(psuId, slot);
      const forgetIt = (): void => {
        if (slots.get(psuId) === slot) forget(psuId);
      };
      made.then(({ whole }) => (whole ? undefined : forgetIt()), forgetIt);
      return slot.page;
    },
    drop: forget,
    get size() {
      return slots.size;
    },
  };
}
