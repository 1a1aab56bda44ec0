import type { Clock } from "../src/clock.ts";

/** A clock that runs with the machine's and can be put ahead. */
export function testClock(today: string): Clock & { ahead(duration: Temporal.DurationLike): void } {
  let offset = Temporal.Duration.from({ seconds: 0 });
  return {
    now: () => Temporal.Now.instant().add(offset),
    today: () => Temporal.PlainDate.from(today),
    ahead(duration) {
      offset = offset.add(duration);
    },
  };
}
