import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** What one process works at, and the connection whose session holds the locks for it. */
interface Locks {
  /** A session gets its own lock again, so that names of this process are told apart here. */
  readonly names: Set<string>;
  session: Session | undefined;
}
interface Session {
  readonly connection: Promise<Kysely<Tables>>;
  users: number;
  readonly close: () => void;
}

const locksOf = new WeakMap<Kysely<Tables>, Locks>();

/**
 * Works while nobody else works under this name, over all replicas. One connection of the process holds all of its locks, so that work
 * which waits for a slow bank takes nothing of the pool; its end, also by the death of the process, frees them at once.
 * @returns `busy` when somebody else is at it
 */
export async function unlessBusy<T>(db: Kysely<Tables>, name: string, work: () => Promise<T>): Promise<{ readonly done: T } | "busy"> {
  const locks = locksOf.get(db) ?? { names: new Set(), session: undefined };
  locksOf.set(db, locks);
  if (locks.names.has(name)) return "busy";
  locks.names.add(name);
  const session = (locks.session ??= openSession(db));
  session.users += 1;
  try {
    return await lockedIn(session, name, work);
  } catch (error) {
    // A session that broke holds nothing any more; whoever comes next opens another.
    if (locks.session === session && (await isBroken(session))) locks.session = undefined;
    throw error;
  } finally {
    locks.names.delete(name);
    session.users -= 1;
    if (session.users === 0) {
      if (locks.session === session) locks.session = undefined;
      session.close();
    }
  }
}

async function lockedIn<T>(session: Session, name: string, work: () => Promise<T>): Promise<{ readonly done: T } | "busy"> {
  const key = sql`hashtextextended(current_schema() || ' ' || ${name}::text, 0)`;
  const connection = await session.connection;
  const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${key}) as locked`.execute(connection);
  if (rows[0]?.locked !== true) return "busy";
  try {
    return { done: await work() };
  } finally {
    await sql`select pg_advisory_unlock(${key})`.execute(connection);
  }
}

function openSession(db: Kysely<Tables>): Session {
  const opened = Promise.withResolvers<Kysely<Tables>>();
  const over = Promise.withResolvers<void>();
  db.connection()
    .execute(async (connection) => {
      opened.resolve(connection);
      await over.promise;
    })
    .catch(opened.reject);
  return { connection: opened.promise, users: 0, close: over.resolve };
}

async function isBroken(session: Session): Promise<boolean> {
  try {
    await sql`select 1`.execute(await session.connection);
    return false;
  } catch {
    return true;
  }
}
