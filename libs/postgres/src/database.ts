import { CamelCasePlugin, Kysely } from "kysely";
import type { Transaction } from "kysely";
import * as pg from "pg";
import { connectionString, sessionSettings } from "./connection.ts";
import { errors } from "./errors.ts";
import { OwnSchemaDialect } from "./own-schema-dialect.ts";
import { preparedNames } from "./prepared.ts";
import { translateSqlError } from "./sqlstate.ts";
import { toParameter, typeParsers } from "./values.ts";

/** What a query runs on: the pool, or the caller's transaction. */
export type Executor<DB> = Kysely<DB> | Transaction<DB>;

export interface DatabaseOptions {
  readonly url: string;
  /** Instead of one in the URL. */
  readonly password?: string | undefined;
  /** The one schema this process sees. */
  readonly schema: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  /** How long a query waits for a free connection, or a connection for the server. */
  readonly connectTimeoutMs?: number;
  /** A pooled connection was lost while idle; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

export interface PoolStats {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface Database<DB> extends AsyncDisposable {
  readonly db: Kysely<DB>;
  readonly schema: string;
  /** For a connection of one's own beside the pool: {@link listen}. */
  readonly connection: { readonly url: string; readonly password?: string | undefined };
  stats(): PoolStats;
  /** Resolves when the database answers within the time, rejects with `ERR_DATABASE_UNAVAILABLE` when not. */
  ping(timeoutMs?: number): Promise<void>;
}

/** Opens a pool for one schema and one role. Connections are made when first needed. */
export function openDatabase<DB>(options: DatabaseOptions): Database<DB> {
  const pool = makePool(options);
  const db = new Kysely<DB>({
    dialect: new OwnSchemaDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  let closed: Promise<void> | undefined;
  return {
    db,
    schema: options.schema,
    connection: { url: options.url, password: options.password },
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    ping: (timeoutMs = 1000) => ping(pool, timeoutMs),
    // Once only, however often it is asked. kysely ends a pool only after it has used it.
    [Symbol.asyncDispose]: () => (closed ??= db.destroy().then(() => (pool.ended ? undefined : pool.end()))),
  };
}

function makePool(options: DatabaseOptions): pg.Pool {
  const { statementTimeoutMs = 15_000, lockTimeoutMs = 10_000, connectTimeoutMs = 5_000, poolSize = 8 } = options;
  const pool = new TranslatingPool({
    connectionString: connectionString(options.url, options.password),
    application_name: options.applicationName,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: typeParsers,
    options: sessionSettings({
      search_path: options.schema,
      timezone: "UTC",
      datestyle: "ISO",
      statement_timeout: String(statementTimeoutMs),
      lock_timeout: String(lockTimeoutMs),
      idle_in_transaction_session_timeout: String(Math.max(statementTimeoutMs, 30_000)),
    }),
    Client: ParameterClient,
  });
  pool.on("error", (error) => options.onIdleError?.(error));
  // The pool listens to a connection only while it is idle; one that is lost in use would end the process. Whoever uses it
  // learns of the loss from the query.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

async function ping(pool: pg.Pool, timeoutMs: number): Promise<void> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(errors.ERR_DATABASE_UNAVAILABLE()), timeoutMs);
  const answered = pool.query("select 1").catch((error: unknown) => {
    throw errors.ERR_DATABASE_UNAVAILABLE({ cause: error });
  });
  try {
    await Promise.race([answered, timeout.promise]);
  } finally {
    clearTimeout(timer);
    answered.catch(() => undefined);
  }
}

const nameOf = preparedNames();

/** Accepts Temporal parameters, prepares what is asked often, and translates errors that are about the database as a whole. */
class ParameterClient extends pg.Client {
  // The driver's overloads cannot be written out again; arguments pass through but for the values.
  override query(...args: unknown[]): never {
    const [text, values, ...rest] = args;
    const given = typeof text === "string" && Array.isArray(values) ? [{ name: nameOf(text), text, values: values.map(toParameter) }, ...rest] : args;
    // oxlint-disable-next-line typescript/unbound-method -- applied to `this` in the same breath
    const result: unknown = Reflect.apply(super.query as (...parameters: unknown[]) => unknown, this, given);
    return (result instanceof Promise ? result.catch(rethrowTranslated) : result) as never;
  }
}

class TranslatingPool extends pg.Pool {
  override connect(...args: unknown[]): never {
    // oxlint-disable-next-line typescript/unbound-method -- applied to `this` in the same breath
    const result: unknown = Reflect.apply(super.connect as (...parameters: unknown[]) => unknown, this, args);
    return (result instanceof Promise ? result.catch(rethrowTranslated) : result) as never;
  }
}

function rethrowTranslated(error: unknown): never {
  throw translateSqlError(error);
}
