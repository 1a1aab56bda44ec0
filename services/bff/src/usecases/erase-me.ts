import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { erasePerson } from "../db/person-store.ts";
import { passwordRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { attempt, forgive } from "./attempt.ts";

interface EraseMe {
  readonly psuId: string;
  readonly cookie: string;
  readonly password: string;
}

/**
 * Forgets a person: credentials, sessions and preferences here at once, everything elsewhere by the fact.
 * @throws ERR_PASSWORD_REFUSED, ERR_TOO_MANY_ATTEMPTS
 */
export async function eraseMe(ctx: Pick<BffContext, "db" | "clock" | "keys" | "people">, { psuId, cookie, password }: EraseMe): Promise<void> {
  const rules = passwordRules(psuId);
  await attempt(ctx, rules);
  if (!(await ctx.people.passwordFits(cookie, password))) throw errors.ERR_PASSWORD_REFUSED();
  const erasedAt = ctx.clock.now();
  await inTransaction(ctx.db, async (tx) => {
    if (!(await erasePerson(tx, psuId, erasedAt))) return;
    await publish(tx, { type: "bff.user-erased", subject: psuId, psuId, data: { psuId, erasedAt: erasedAt.toString() } });
  });
  await forgive(ctx, rules);
}
