import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { lockEnding, recordWarning } from "../db/certificate-store.ts";
import { daysLeft, dueWarning, warningDays } from "../domain/certificate.ts";

/** Tells of each certificate in use that ends in 30, 7 or 1 days, once each. @returns how many were told */
export function warnOfExpiry(ctx: Pick<RegistryContext, "db" | "clock">): Promise<number> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.clock.now();
    let told = 0;
    for (const { certificateId, aspspId, notAfter, warnedAtDays } of await lockEnding(tx, now.add({ hours: (Math.max(...warningDays) + 1) * 24 }))) {
      const due = dueWarning(notAfter, now, warnedAtDays);
      if (due === null) continue;
      await recordWarning(tx, certificateId, due);
      await publish(tx, {
        type: "tpp-registry.certificate-expiring",
        subject: certificateId,
        psuId: null,
        time: now,
        data: { certificateId, aspspId, daysLeft: Math.max(0, daysLeft(notAfter, now)) },
      });
      told += 1;
    }
    return told;
  });
}
