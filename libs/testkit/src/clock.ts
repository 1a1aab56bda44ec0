/** A clock that stands still until it is told to go on. */
export interface FixedClock {
  now(): Temporal.Instant;
  /** Goes on by so much: `{ minutes: 5 }`, `'PT5M'`; days count 24 hours. */
  advance(by: Temporal.DurationLike | string): void;
  set(instant: string): void;
}

export function fixedClock(start = "2026-11-22T10:00:00Z"): FixedClock {
  let now = Temporal.Instant.from(start);
  return {
    now: () => now,
    advance: (by) => {
      now = now.toZonedDateTimeISO("UTC").add(Temporal.Duration.from(by)).toInstant();
    },
    set: (instant) => {
      now = Temporal.Instant.from(instant);
    },
  };
}

/** Ids that are valid UUIDv7 and count from 1, so that a failing test reads well. */
export function sequentialIds(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `00000000-0000-7000-8000-${String(last).padStart(12, "0")}`;
  };
}
