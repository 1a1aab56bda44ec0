/** The only place of the sandbox that reads the time. A fault may put the bank's clock ahead or behind. */
export interface Clock {
  now(): Temporal.Instant;
  /** The bank's calendar day in Finland. */
  today(): Temporal.PlainDate;
}

/** Where the bank keeps its calendar. */
export const bankTimeZone = "Europe/Helsinki";

/** The machine's clock; `today` may be pinned for reproducible books. */
export function systemClock(today?: Temporal.PlainDate): Clock {
  return {
    now: () => Temporal.Now.instant(),
    today: () => today ?? Temporal.Now.plainDateISO(bankTimeZone),
  };
}

/** A clock whose instant can be moved against another one. Days follow unless they are pinned. */
export interface MovableClock extends Clock {
  readonly offsetSeconds: number;
  move(offsetSeconds: number): void;
}

export function movableClock(clock: Clock): MovableClock {
  let offsetSeconds = 0;
  return {
    get offsetSeconds() {
      return offsetSeconds;
    },
    move(seconds) {
      offsetSeconds = seconds;
    },
    now: () => clock.now().add({ seconds: offsetSeconds }),
    today: () => clock.today(),
  };
}

/** Whole seconds since 1970, as JWTs count them. */
export function epochSeconds(instant: Temporal.Instant): number {
  return Math.floor(instant.epochMilliseconds / 1000);
}

/** For libraries that only know `Date`. */
export function toDate(instant: Temporal.Instant): Date {
  return new Date(instant.epochMilliseconds);
}
