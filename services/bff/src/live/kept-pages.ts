import { keep } from "@opl/service";

/** What a page was made from; a page made from something else is another page. */
export interface PageState {
  /** The last hint there was for this person. */
  readonly lastHint: bigint;
  /** Pages speak of "today". */
  readonly today: string;
}

/** Pages as they were last made, one for each person, for as long as nothing about that person changed. */
export interface KeptPages<Page> {
  /** The person's page if it still holds, else a new one; `make` says whether that one is whole and worth keeping. */
  get(psuId: string, state: PageState, make: () => Promise<{ readonly page: Page; readonly whole: boolean }>): Promise<Page>;
  /** Forgets the person's page, also one that is being made. */
  drop(psuId: string): void;
  readonly size: number;
}

interface Slot<Page> extends PageState {
  page?: Page;
}

export interface KeptPagesOptions {
  /** No page is shown for longer, whatever was heard. */
  readonly heldMs?: number;
  readonly most?: number;
}

/** Hints may be late when the event server is away; a page is never older than this. */
const longestMs = 15_000;

/**
 * Every change of a person's data becomes a hint in Postgres, so the number of the last one says whether a page still holds, on every
 * replica alike. What this replica changes itself is dropped at once, before its hint.
 */
export function keptPages<Page>({ heldMs = longestMs, most = 2_000 }: KeptPagesOptions = {}): KeptPages<Page> {
  const slots = keep<Slot<Page>>(most);
  return {
    async get(psuId, { lastHint, today }, make) {
      const known = slots.get(psuId);
      if (known?.page !== undefined && known.lastHint === lastHint && known.today === today) return known.page;
      // Taken before anything is asked: whoever drops it meanwhile makes sure that what comes is not kept.
      const slot: Slot<Page> = { lastHint, today };
      slots.set(psuId, slot);
      const forget = (): void => {
        if (slots.get(psuId) === slot) slots.delete(psuId);
      };
      try {
        const { page, whole } = await make();
        if (whole) slot.page = page;
        else forget();
        return page;
      } catch (error) {
        forget();
        throw error;
      } finally {
        if (slots.get(psuId) === slot) setTimeout(forget, heldMs).unref();
      }
    },
    drop: (psuId) => slots.delete(psuId),
    get size() {
      return slots.size;
    },
  };
}
