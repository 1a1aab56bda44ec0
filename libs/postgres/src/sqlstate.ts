import { isOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import * as pg from "pg";
import { errors } from "./errors.ts";

/** The SQLSTATEs we react to, by name (PostgreSQL documentation, appendix A). */
export const sqlstate = {
  characterNotInRepertoire: "22021",
  untranslatableCharacter: "22P05",
  notNullViolation: "23502",
  foreignKeyViolation: "23503",
  uniqueViolation: "23505",
  checkViolation: "23514",
  exclusionViolation: "23P01",
  serializationFailure: "40001",
  deadlockDetected: "40P01",
  insufficientPrivilege: "42501",
  undefinedTable: "42P01",
  tooManyConnections: "53300",
  lockNotAvailable: "55P03",
  queryCanceled: "57014",
  adminShutdown: "57P01",
  crashShutdown: "57P02",
  cannotConnectNow: "57P03",
} as const;

/** The SQLSTATE of an error or of its cause, undefined when Postgres did not raise it. */
export function sqlstateOf(error: unknown): string | undefined {
  return databaseErrorOf(error)?.code;
}

/** A row with that key exists already; with `constraint`, only when it is that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = databaseErrorOf(error);
  return found?.code === sqlstate.uniqueViolation && (constraint === undefined || found.constraint === constraint);
}

/** A constraint of any kind said no; with `constraint`, only when it is that one. */
export function isConstraintViolation(error: unknown, constraint?: string): boolean {
  const found = databaseErrorOf(error);
  return found?.code?.startsWith("23") === true && (constraint === undefined || found.constraint === constraint);
}

/** Two transactions met; running the whole step again may succeed. */
export function isSerializationFailure(error: unknown): boolean {
  const code = sqlstateOf(error);
  return code === sqlstate.serializationFailure || code === sqlstate.deadlockDetected;
}

/**
 * Turns what is about the database as a whole (gone, shutting down, full, too slow) and texts that no column takes into our errors and
 * leaves the rest as it is: a constraint means something only to the store that made the query.
 */
export function translateSqlError(error: unknown): unknown {
  if (isOplError(error)) return error;
  const code = sqlstateOf(error);
  if (code === undefined) return isConnectionLoss(error) ? errors.ERR_DATABASE_UNAVAILABLE({ cause: error }) : error;
  if (code === sqlstate.queryCanceled || code === sqlstate.lockNotAvailable) return errors.ERR_DATABASE_TIMEOUT({ cause: error });
  if (code === sqlstate.characterNotInRepertoire || code === sqlstate.untranslatableCharacter) return errors.ERR_TEXT_NOT_STORABLE({ cause: error });
  if (unavailableStates.has(code) || code.startsWith("08")) return errors.ERR_DATABASE_UNAVAILABLE({ cause: error });
  return error;
}

/** What is left of a conflict after all repetitions. */
export function conflictError(cause: unknown): OplError {
  return errors.ERR_DATABASE_CONFLICT({ cause });
}

const unavailableStates: ReadonlySet<string> = new Set([
  sqlstate.tooManyConnections,
  sqlstate.adminShutdown,
  sqlstate.crashShutdown,
  sqlstate.cannotConnectNow,
  "25P03", // idle in transaction for too long: the server ended the session
  "53100", // disk full
  "53200", // out of memory
  "57P04", // database dropped
]);

const connectionCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
// The driver raises these as bare errors.
const connectionMessages =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|not queryable|Client was closed/;

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isConnectionLoss);
  const code: unknown = (error as { code?: unknown }).code;
  return (typeof code === "string" && connectionCodes.has(code)) || connectionMessages.test(error.message);
}

function databaseErrorOf(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof pg.DatabaseError ? cause : undefined;
}
