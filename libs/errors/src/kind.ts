/**
 * The closed list of kinds of error. A kind says how callers react; a code says what happened.
 *
 * - `invalid`          the request or event is malformed (HTTP 400)
 * - `unauthenticated`  nobody proved who they are (401)
 * - `forbidden`        known, but not allowed (403)
 * - `not-found`        no such thing, or not visible to the caller (404)
 * - `conflict`         the state changed meanwhile; read again (409)
 * - `rejected`         well formed, but a rule says no (422)
 * - `rate-limited`     later, see `retryAfterSeconds` (429)
 * - `upstream`         a bank or service answered nonsense (502)
 * - `unavailable`      something we need does not answer now (503)
 * - `bug`              everything unexpected (500, nothing revealed)
 */
export const errorKinds = [
  "invalid",
  "unauthenticated",
  "forbidden",
  "not-found",
  "conflict",
  "rejected",
  "rate-limited",
  "upstream",
  "unavailable",
  "bug",
] as const;

export type ErrorKind = (typeof errorKinds)[number];

export function isErrorKind(value: unknown): value is ErrorKind {
  return (errorKinds as readonly unknown[]).includes(value);
}
