import type { Clock, PsuContext } from "@opl/service";

/** The signed form is valid for five minutes; we stop using it before that. */
const usableSeconds = 240;

interface Presence {
  readonly psu: PsuContext;
  readonly until: Temporal.Instant;
}

/** A consent whose first sync somebody is waiting for. */
export interface AwaitedConsent {
  readonly psuId: string;
  readonly consentId: string;
}

/**
 * Who is present for which sync. Kept in memory alone: when the process dies, the sync goes on without the person, and the
 * bank is never told of a presence that is over.
 */
export class PsuPresence {
  readonly #present = new Map<string, Presence>();
  /** By person and consent: the first sync that the person is here for has not begun, or is not even recorded. */
  readonly #awaiting = new Map<string, Presence & { readonly consentId: string }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(syncId: string, psu: PsuContext): void {
    this.#dropEnded(this.#present);
    this.#present.set(syncId, { psu, until: this.#usableUntil() });
  }

  /** The person is here until the first sync of this consent begins. Nobody has checked that they gave it. */
  awaitFirst(consentId: string, psu: PsuContext): void {
    this.#dropEnded(this.#awaiting);
    this.#awaiting.set(keyOf({ psuId: psu.psuId, consentId }), { psu, consentId, until: this.#usableUntil() });
  }

  awaited(): readonly AwaitedConsent[] {
    return [...this.#awaiting.values()].filter(({ until }) => !this.#isOver(until)).map(({ consentId, psu }) => ({ psuId: psu.psuId, consentId }));
  }

  /** The awaited first sync of this consent has begun. */
  begun(consent: AwaitedConsent, syncId: string): void {
    const presence = this.#awaiting.get(keyOf(consent));
    if (presence === undefined) return;
    this.#awaiting.delete(keyOf(consent));
    this.#present.set(syncId, presence);
  }

  of(syncId: string): PsuContext | undefined {
    const present = this.#present.get(syncId);
    return present === undefined || this.#isOver(present.until) ? undefined : present.psu;
  }

  forget(syncId: string): void {
    this.#present.delete(syncId);
  }

  #dropEnded(among: Map<string, Presence>): void {
    for (const [known, { until }] of among) if (this.#isOver(until)) among.delete(known);
  }

  #usableUntil(): Temporal.Instant {
    return this.#clock.now().add({ seconds: usableSeconds });
  }

  #isOver(until: Temporal.Instant): boolean {
    return Temporal.Instant.compare(this.#clock.now(), until) >= 0;
  }
}

function keyOf({ psuId, consentId }: AwaitedConsent): string {
  return `${psuId} ${consentId}`;
}
