import { inTransaction } from "@opl/postgres";
import { countAttempt, forgetAttempts } from "../db/attempt-store.ts";
import type { AttemptRule } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys">;

/** Counts an attempt before it is looked at. @throws ERR_TOO_MANY_ATTEMPTS with the time to wait */
export async function attempt({ db, clock, keys }: Context, rules: readonly AttemptRule[]): Promise<void> {
  const now = clock.now();
  const limits = rules.map(({ about, max, windowSeconds }) => ({ key: keys.attemptKey(...about), max, windowSeconds }));
  const until = await inTransaction(db, (tx) => countAttempt(tx, limits, now));
  if (until === undefined) return;
  const seconds = Math.max(1, Math.ceil(now.until(until, { smallestUnit: "milliseconds", roundingMode: "trunc" }).total("seconds")));
  throw errors.ERR_TOO_MANY_ATTEMPTS({ retryAfterSeconds: seconds });
}

/** Whoever got in was no guesser. */
export async function forgive({ db, keys }: Context, rules: readonly AttemptRule[]): Promise<void> {
  await inTransaction(db, (tx) =>
    forgetAttempts(
      tx,
      rules.map(({ about }) => keys.attemptKey(...about)),
    ),
  );
}
