import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { lockEnding, recordWarning } from "../db/certificate-store.ts";
import { lockReady, recordOwnWarning } from "../db/own-certificate-store.ts";
import { daysLeft, dueWarning, warningEnds } from "../domain/certificate.ts";

/**
 * Tells of each certificate that a bank issued and that is in use there, and of each of our own, that ends in 30, 7 or 1 days, once each; a
 * hundred at a time. @returns how many were told
 */
export function warnOfExpiry(ctx: Pick<RegistryContext, "db" | "clock">): Promise<number> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.clock.now();
    let told = 0;
    const tell = async (certificateId: string, aspspId: string | null, notAfter: Temporal.Instant): Promise<void> => {
      const data = { certificateId, aspspId, daysLeft: Math.max(0, daysLeft(notAfter, now)) };
      await publish(tx, { type: "tpp-registry.certificate-expiring", subject: certificateId, psuId: null, time: now, data });
      told += 1;
    };
    for (const { certificateId, aspspId, notAfter, warnedAtDays } of await lockEnding(tx, warningEnds(now))) {
      const due = dueWarning(notAfter, now, warnedAtDays);
      if (due === null) continue;
      await recordWarning(tx, certificateId, due);
      await tell(certificateId, aspspId, notAfter);
    }
    for (const { certificateId, issued, warnedAtDays } of await lockReady(tx)) {
      const notAfter = issued === null ? now : Temporal.Instant.from(issued.notAfter);
      const due = dueWarning(notAfter, now, warnedAtDays);
      if (issued === null || due === null) continue;
      await recordOwnWarning(tx, certificateId, due);
      await tell(certificateId, null, notAfter);
    }
    return told;
  });
}
