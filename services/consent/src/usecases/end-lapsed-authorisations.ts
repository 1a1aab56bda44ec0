import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { listLapsed, lockAuthorisation } from "../db/authorisation-store.ts";
import { exchangeLifetimeSeconds, lapsed } from "../domain/authorisation.ts";
import { errors } from "../errors.ts";
import { endAttempt } from "./end-attempt.ts";
import { giveBack } from "./give-back.ts";

const batch = 200;
const reasons = { "timed-out": errors.ERR_AUTHORISATION_TIMED_OUT.code, interrupted: errors.ERR_AUTHORISATION_INTERRUPTED.code } as const;

/**
 * Ends the attempts nobody came back for, and those whose exchange was cut off by the end of its process. The code of the
 * latter is never sent again; tokens it may have bought are given back (OA-60). @returns how many
 */
export async function endLapsedAuthorisations(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  let ended = 0;
  for (;;) {
    const now = ctx.clock.now();
    const keys = await listLapsed(ctx.db, { now, takenBefore: now.subtract({ seconds: exchangeLifetimeSeconds }), limit: batch });
    for (const key of keys) {
      if (signal?.aborted === true) return ended;
      await inTransaction(ctx.db, async (tx) => {
        const attempt = await lockAuthorisation(tx, key);
        const lapse = attempt === undefined ? null : lapsed(attempt, now);
        if (attempt === undefined || lapse === null) return;
        if (lapse === "interrupted") await giveBack(tx, attempt, now);
        await endAttempt(tx, attempt, { outcome: { outcome: "failed", reason: reasons[lapse] }, by: "tpp", at: now });
        ended += 1;
      });
    }
    if (keys.length < batch) return ended;
  }
}
