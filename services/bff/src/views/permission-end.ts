import type { Consent } from "@opl/contracts/model";

type Ended = Pick<Consent, "authorisedAt" | "endedAt" | "history">;

/** A permission that ended without the person's doing stops asking for attention after this time. */
const rememberDays = 30;

/** Whether a permission, to read or to ask for funds, ended lately and without the person's doing. */
export function endedLatelyByOthers({ authorisedAt, endedAt, history }: Ended, now: Temporal.Instant): boolean {
  if (authorisedAt === null || endedAt === null) return false;
  const end = history.findLast(({ what }) => what === "expired" || what === "revoked" || what === "lost");
  return end !== undefined && end.by !== "psu" && Temporal.Instant.compare(now.subtract({ hours: rememberDays * 24 }), endedAt) <= 0;
}
