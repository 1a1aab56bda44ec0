import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { lockEnding, recordWarning } from "../db/certificate-store.ts";
import { lockReady, recordOwnWarning } from "../db/own-certificate-store.ts";
import { daysLeft, dueWarning, warningDays } from "../domain/certificate.ts";

/** Tells of each certificate in use at a bank, and of each of our own, that ends in 30, 7 or 1 days, once each. @returns how many were told */
export function warnOfExpiry(ctx: Pick<RegistryContext, "db" | "clock">): Promise<number> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.clock.now();
    let told = 0;
    const tell = async (certificateId: string, aspspId: string | null, notAfter: Temporal.Instant): Promise<void> => {
      const data = { certificateId, aspspId, daysLeft: Math.max(0, daysLeft(notAfter, now)) };
      await publish(tx, { type: "tpp-registry.certificate-expiring", subject: certificateId, psuId: null, time: now, data });
      told += 1;
    };
    for (const { certificateId, aspspId, notAfter, warnedAtDays } of await lockEnding(tx, now.add({ hours: (Math.max(...warningDays) + 1) * 24 }))) {
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
