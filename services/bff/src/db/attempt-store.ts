import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** How many attempts one key has within how long. */
export interface AttemptLimit {
  readonly key: Buffer;
  readonly max: number;
  readonly windowSeconds: number;
}

/**
 * Counts one more attempt under each key, in one statement, so that parallel attempts cannot slip through together.
 * @returns when the longest exhausted window ends, undefined while all limits hold
 */
export async function countAttempt(tx: Transaction<Tables>, limits: readonly AttemptLimit[], now: Temporal.Instant): Promise<Temporal.Instant | undefined> {
  // Always in the order of the keys: two attempts with keys in common never wait for each other.
  const ordered = limits.toSorted((a, b) => Buffer.compare(a.key, b.key));
  const counted = await tx
    .insertInto("attempts")
    .values(ordered.map(({ key, windowSeconds }) => ({ key, count: 1, windowEndsAt: now.add({ seconds: windowSeconds }) })))
    .onConflict((conflict) =>
      conflict.column("key").doUpdateSet({
        count: sql<number>`case when attempts.window_ends_at <= ${now} then 1 else attempts.count + 1 end`,
        windowEndsAt: sql<Temporal.Instant>`case when attempts.window_ends_at <= ${now} then excluded.window_ends_at else attempts.window_ends_at end`,
      }),
    )
    .returning(["key", "count", "windowEndsAt"])
    .execute();
  const exhausted = counted.filter(({ key, count }) => count > (limits.find((limit) => limit.key.equals(key))?.max ?? 0));
  return exhausted
    .map(({ windowEndsAt }) => windowEndsAt)
    .toSorted((a, b) => Temporal.Instant.compare(a, b))
    .at(-1);
}

export async function forgetAttempts(tx: Transaction<Tables>, keys: readonly Buffer[]): Promise<void> {
  await tx
    .deleteFrom("attempts")
    .where("key", "in", [...keys])
    .execute();
}

export async function deleteEndedWindows(tx: Transaction<Tables>, now: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("attempts").where("windowEndsAt", "<=", now).execute();
}
