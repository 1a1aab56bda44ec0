import { setTimeout as delay } from "node:timers/promises";
import type { IsolationLevel, Transaction } from "kysely";
import type { Executor } from "./database.ts";
import { conflictError, isSerializationFailure } from "./sqlstate.ts";

export interface TransactionOptions {
  readonly isolation?: IsolationLevel;
  /** How often the whole step is repeated after a serialization failure or deadlock. */
  readonly retries?: number;
}

/**
 * Runs `fn` in one transaction: the caller's when `db` already is one, else a new one that is repeated, with a bound,
 * when it collides with others. `fn` must therefore have no effect outside the database.
 */
export async function inTransaction<DB, T>(
  db: Executor<DB>,
  fn: (tx: Transaction<DB>) => Promise<T>,
  { isolation, retries = 3 }: TransactionOptions = {},
): Promise<T> {
  if (db.isTransaction) return fn(db as Transaction<DB>);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const builder = db.transaction();
      return await (isolation === undefined ? builder : builder.setIsolationLevel(isolation)).execute(fn);
    } catch (error) {
      if (!isSerializationFailure(error)) throw error;
      if (attempt >= retries) throw conflictError(error);
      await delay(10 * 2 ** attempt);
    }
  }
}
