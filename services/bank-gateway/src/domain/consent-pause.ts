export type ConsentPause = "reconfirmation-missed" | "sca-required";

/** Why nothing may be asked of the bank although the consent stands; undefined when it may. */
export function pauseOf(
  { reconfirmBy, scaRequiredAt }: { readonly reconfirmBy: Temporal.Instant | null; readonly scaRequiredAt: Temporal.Instant | null },
  now: Temporal.Instant,
): ConsentPause | undefined {
  if (scaRequiredAt !== null) return "sca-required";
  return reconfirmBy !== null && Temporal.Instant.compare(now, reconfirmBy) >= 0 ? "reconfirmation-missed" : undefined;
}

/** Until when a yes counts where the person has to repeat it here (UK RTS art. 10A); null where they need not before the end. */
export function reconfirmByOf(days: number | undefined, authorisedAt: Temporal.Instant, validUntil: Temporal.Instant): Temporal.Instant | null {
  if (days === undefined) return null;
  const due = authorisedAt.add({ hours: days * 24 });
  return Temporal.Instant.compare(due, validUntil) < 0 ? due : null;
}
