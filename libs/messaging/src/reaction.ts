import type { ErrorKind } from "@opl/errors";

/**
 * What becomes of an event whose handler failed; the HTTP side of the kinds is in `@opl/service`.
 * - `retry`: negative acknowledgement with delay, for ever; the trouble is not the event's
 * - `dead-letter`: after so many deliveries the event is set aside with its reason, in the consumer's own schema (DR-C6)
 */
export type Reaction = { readonly action: "retry" } | { readonly action: "dead-letter"; readonly afterDeliveries: number };

/** A new version of the consumer may understand what the old one refused, so even the hopeless gets a few tries. */
const permanent = { action: "dead-letter", afterDeliveries: 5 } as const;
const transient = { action: "retry" } as const;

export const reactionOfKind: Readonly<Record<ErrorKind, Reaction>> = {
  invalid: permanent,
  unauthenticated: permanent,
  forbidden: permanent,
  // What it is about may still arrive: about ten minutes.
  "not-found": { action: "dead-letter", afterDeliveries: 8 },
  conflict: transient,
  // A rule said no, and will say so again.
  rejected: { action: "dead-letter", afterDeliveries: 1 },
  "rate-limited": transient,
  upstream: transient,
  unavailable: transient,
  bug: permanent,
};

const delaysMs = [1_000, 5_000, 30_000, 120_000] as const;

/** Pause before the next delivery; `deliveries` counts from 1. */
export function redeliveryDelayMs(deliveries: number, retryAfterSeconds?: number): number {
  if (retryAfterSeconds !== undefined) return Math.min(retryAfterSeconds, 3_600) * 1_000;
  return delaysMs[Math.min(deliveries, delaysMs.length) - 1] ?? delaysMs[0];
}
