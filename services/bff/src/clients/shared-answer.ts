/** One answer for all who ask for the same: while it is on its way, and for a while after it came. */
export interface SharedAnswer<Value> {
  /** @param lastHint the number of the last hint that is known: an answer asked for when it was not is too old. */
  read(lastHint?: bigint): Promise<Value>;
}

interface Held<Value> {
  readonly asked: Promise<Value>;
  readonly lastHint: bigint;
  /** On the clock of `performance`. */
  until: number;
}

/** @param heldMs how long an answer serves once it came; zero: only those who asked meanwhile. A failure serves only those, too. */
export function sharedAnswer<Value>(ask: () => Promise<Value>, heldMs: number): SharedAnswer<Value> {
  let held: Held<Value> | undefined;
  return {
    read(lastHint = 0n) {
      if (held !== undefined && held.lastHint >= lastHint && performance.now() < held.until) return held.asked;
      const mine: Held<Value> = { asked: ask(), lastHint, until: Number.POSITIVE_INFINITY };
      held = mine;
      // By the clock and not by a timer: one that is due may come after the next question.
      mine.asked.then(
        () => (mine.until = performance.now() + heldMs),
        () => (mine.until = 0),
      );
      return mine.asked;
    },
  };
}
