import type { Consent } from "@opl/contracts/model";

/** A failed payment, a permission that ended without the person's doing and a changed price stop asking for attention after this time. */
export const rememberDays = 30;

/** Whether an instant is not longer ago than that. */
export function isRemembered(at: string, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now.subtract({ hours: rememberDays * 24 }), at) <= 0;
}

type Ended = Pick<Consent, "authorisedAt" | "endedAt" | "history">;

/** Whether a permission, to read or to ask for funds, ended lately and without the person's doing. */
export function endedLatelyByOthers({ authorisedAt, endedAt, history }: Ended, now: Temporal.Instant): boolean {
  if (authorisedAt === null || endedAt === null) return false;
  const end = history.findLast(({ what }) => what === "expired" || what === "revoked" || what === "lost");
  return end !== undefined && end.by !== "psu" && isRemembered(endedAt, now);
}
