import { inTransaction, isUniqueViolation } from "@opl/postgres";
import { saveEmail } from "../db/person-store.ts";
import { endOtherSessions } from "../db/session-store.ts";
import { emailRules } from "../domain/attempt-rules.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import { attempt } from "./attempt.ts";

interface Change {
  readonly psuId: string;
  readonly email: string;
  /** The one session that goes on. */
  readonly keepSessionId: string;
  readonly ipAddress: string;
}

/**
 * Another address to sign in with; whoever is signed in elsewhere is out (US-24). For one that is taken nothing changes, and the caller
 * is not told (US-21).
 * @throws ERR_TOO_MANY_ATTEMPTS
 */
export async function changeEmail(
  ctx: Pick<BffContext, "db" | "clock" | "keys" | "signUpsPerHour">,
  { psuId, email, keepSessionId, ipAddress }: Change,
): Promise<void> {
  await attempt(ctx, emailRules(psuId, addressBlock(ipAddress), ctx.signUpsPerHour));
  try {
    await inTransaction(ctx.db, async (tx) => {
      if (await saveEmail(tx, psuId, email, ctx.clock.now())) await endOtherSessions(tx, psuId, keepSessionId);
    });
  } catch (error) {
    // Somebody took it in this moment.
    if (!isUniqueViolation(error, "people_email_key")) throw error;
  }
}
