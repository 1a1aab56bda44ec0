import { inTransaction } from "@opl/postgres";
import { markProved } from "../db/session-store.ts";
import { passwordRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import type { SignedIn } from "../session/people.ts";
import { attempt, forgive } from "./attempt.ts";

/** The person of this session proves by the password that they are still the one who sits there. @throws ERR_PASSWORD_REFUSED, ERR_TOO_MANY_ATTEMPTS */
export async function confirmByPassword(
  ctx: Pick<BffContext, "db" | "clock" | "keys" | "people">,
  { psuId, sessionId }: SignedIn,
  password: string,
): Promise<void> {
  const rules = passwordRules(psuId);
  await attempt(ctx, rules);
  if (!(await ctx.people.passwordFits(psuId, password))) throw errors.ERR_PASSWORD_REFUSED();
  await forgive(ctx, rules);
  await inTransaction(ctx.db, (tx) => markProved(tx, sessionId, ctx.clock.now()));
}
