import type { Clock, PsuContext } from "@opl/service";

/** The signed form is valid for five minutes; we stop using it before that. */
const usableSeconds = 240;

/**
 * Who is present for which sync. Kept in memory alone: when the process dies, the sync goes on without the person, and the
 * bank is never told of a presence that is over.
 */
export class PsuPresence {
  readonly #present = new Map<string, { readonly psu: PsuContext; readonly until: Temporal.Instant }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(syncId: string, psu: PsuContext): void {
    for (const [known, { until }] of this.#present) if (this.#isOver(until)) this.#present.delete(known);
    this.#present.set(syncId, { psu, until: this.#clock.now().add({ seconds: usableSeconds }) });
  }

  of(syncId: string): PsuContext | undefined {
    const present = this.#present.get(syncId);
    return present === undefined || this.#isOver(present.until) ? undefined : present.psu;
  }

  forget(syncId: string): void {
    this.#present.delete(syncId);
  }

  #isOver(until: Temporal.Instant): boolean {
    return Temporal.Instant.compare(this.#clock.now(), until) >= 0;
  }
}
