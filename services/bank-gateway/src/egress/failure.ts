import { errors as undiciErrors } from "undici";
import type { OplError } from "@opl/errors";
import { isOplError } from "@opl/errors";
import { errors } from "../errors.ts";
import { BodyEncodingRefused, BodyTooLarge } from "./read-body.ts";

const tlsCodes = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/** Says in our words why a call to a bank gave no answer; the original error is kept as cause and never sent on. */
export function translateFailure(error: unknown, timedOut: boolean): OplError {
  if (isOplError(error)) return error;
  if (timedOut) return unavailable("timeout", error);
  if (error instanceof BodyTooLarge) return protocol("too-large", error);
  if (error instanceof BodyEncodingRefused) return protocol("content-encoding", error);
  if (error instanceof undiciErrors.HeadersOverflowError) return protocol("headers-too-large", error);
  if (error instanceof undiciErrors.ResponseContentLengthMismatchError) return protocol("truncated", error);
  if (error instanceof undiciErrors.HeadersTimeoutError || error instanceof undiciErrors.BodyTimeoutError) return unavailable("timeout", error);
  if (error instanceof undiciErrors.ConnectTimeoutError) return unavailable("timeout", error);
  if (error instanceof undiciErrors.HTTPParserError) return protocol("http", error);
  return byCode(codeOf(error), error);
}

const beforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);
const keptBack = new Set<unknown>(["circuit-open", "too-many-calls", "tls", "certificate-revoked", "own-certificate-too-weak", "private-address"]);

/** Whether a call failed before anything of it could reach the bank. A connection that broke later proves nothing. */
export function neverSent(error: OplError): boolean {
  return keptBack.has(error.details?.["reason"]) || beforeSending.has(codeOf(error.cause));
}

/**
 * Whether a request that failed is known to have done nothing at the bank: it never left, or was refused. 503 says that it was not handled
 * (RFC 9110 15.6.4); any other 5xx says nothing of what was done before it.
 */
export function wasNotTaken(error: unknown): boolean {
  if (!isOplError(error)) return false;
  return (
    wasRefused(error) ||
    error.code === errors.ERR_ASPSP_RATE_LIMITED.code ||
    error.code === errors.ERR_ASPSP_ORIGIN_REFUSED.code ||
    error.details?.["status"] === 503 ||
    neverSent(error)
  );
}

/** Whether the bank understood and said no. */
export function wasRefused(error: unknown): boolean {
  return isOplError(error) && (error.code === errors.ERR_ASPSP_REJECTED.code || error.code === errors.ERR_ASPSP_TOKEN_INVALID.code);
}

function byCode(code: string, error: unknown): OplError {
  if (code === "ERR_SSL_CA_MD_TOO_WEAK" || code === "ERR_SSL_EE_KEY_TOO_SMALL") {
    return errors.ERR_ASPSP_UNAVAILABLE({
      message: "Our own certificate for this bank is signed with SHA-1 or too short; the settings of the bank must allow it.",
      cause: error,
      details: { reason: "own-certificate-too-weak" },
    });
  }
  if (code === "CERT_REVOKED") {
    return errors.ERR_ASPSP_UNAVAILABLE({
      message: "The certificate that the bank shows was revoked by the authority that issued it, so nothing is sent there.",
      cause: error,
      details: { reason: "certificate-revoked" },
    });
  }
  if (tlsCodes.test(code)) return unavailable("tls", error);
  if (code === "EOPLPRIVATE") return unavailable("private-address", error);
  if (code.startsWith("Z_")) return protocol("truncated", error);
  return unavailable("connection", error);
}

function codeOf(error: unknown): string {
  const code: unknown = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

function unavailable(reason: string, cause: unknown) {
  return errors.ERR_ASPSP_UNAVAILABLE({ cause, details: { reason } });
}

function protocol(reason: string, cause: unknown) {
  return errors.ERR_ASPSP_PROTOCOL({ cause, details: { reason } });
}
