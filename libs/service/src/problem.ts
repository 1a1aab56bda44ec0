import type { Problem } from "@opl/contracts/http";
import { isOplError, toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { statusOfKind, titleOf } from "./http-status.ts";

export const problemType = "application/problem+json";

/** So much is said of one mistake: whoever sends thousands of members nobody knows does not get them all back. */
const longestText = 300;
/** And of so many mistakes. */
const mostErrors = 20;

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

/** Codes of what the server itself refuses before a handler is asked. */
const codeOfStatus: Readonly<Record<number, string>> = {
  404: "ERR_ROUTE_NOT_FOUND",
  405: "ERR_METHOD_NOT_ALLOWED",
  408: "ERR_REQUEST_TIMEOUT",
  413: "ERR_BODY_TOO_LARGE",
  414: "ERR_URL_TOO_LONG",
  415: "ERR_MEDIA_TYPE_UNSUPPORTED",
  429: "ERR_TOO_MANY_REQUESTS",
  431: "ERR_HEADERS_TOO_LARGE",
  503: "ERR_HANDLER_TIMEOUT",
};

const detailOfStatus: Readonly<Record<number, string>> = {
  400: "The request does not have the agreed form.",
  404: "There is no such address.",
  405: "This address does not know this method.",
  413: "The body is larger than we accept.",
  415: "We read JSON only.",
  429: "Too many requests.",
  503: "The answer took too long.",
};

/** Translates whatever was thrown into an RFC 9457 problem. What is unexpected reveals nothing. */
export function toProblem(error: unknown, requestId: string): ProblemAnswer {
  if (!isOplError(error)) {
    const fields = fieldErrors(error);
    if (fields !== undefined) return answer(400, "ERR_REQUEST_INVALID", requestId, { detail: detailOfStatus[400], errors: fields });
    const status = frameworkStatus(error);
    if (status !== undefined)
      return answer(status, codeOfStatus[status] ?? "ERR_REQUEST_INVALID", requestId, { detail: detailOfStatus[status] ?? titleOf(status) }, error);
  }
  return fromOplError(toOplError(error), requestId);
}

function fromOplError(error: OplError, requestId: string): ProblemAnswer {
  const status = statusOfKind[error.kind];
  // A code of our own is safe to tell even for a bug, the rest is not.
  const shown = error.kind === "bug" ? { detail: "Something went wrong on our side." } : { detail: error.message, details: error.details };
  const retryAfter = error.retryAfterSeconds === undefined ? {} : { "retry-after": String(Math.max(0, Math.ceil(error.retryAfterSeconds))) };
  const { body } = answer(status, error.code, requestId, shown);
  return { status, headers: retryAfter, body };
}

type Shown = { detail?: string | undefined; details?: OplError["details"] | undefined; errors?: NonNullable<Problem["errors"]> };

function answer(status: number, code: string, requestId: string, shown: Shown, error?: unknown): ProblemAnswer {
  const present = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
  return {
    status,
    headers: headersOf(error),
    body: { type: `urn:opl:problem:${code}`, title: titleOf(status), status, code, requestId, ...present },
  };
}

/** What plugins put beside an error: Allow, Retry-After. */
function headersOf(error: unknown): Record<string, string> {
  const headers: unknown = (error as { headers?: unknown } | undefined)?.headers;
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function fieldErrors(error: unknown): NonNullable<Problem["errors"]> | undefined {
  if (!hasZodFastifySchemaValidationErrors(error)) return undefined;
  const where = (error as { validationContext?: string }).validationContext ?? "request";
  return error.validation.slice(0, mostErrors).map(({ instancePath, message }) => ({
    path: shortened([where === "querystring" ? "query" : where, ...instancePath.split("/").filter((part) => part !== "")].join(".")),
    message: shortened(message ?? "not as agreed"),
  }));
}

/** A text that a stranger may have had a hand in, as far as an answer or a line of the log goes on about it. */
export function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
}

/** The status an error of fastify or of a plugin carries, when it is one that is the caller's doing or a time limit. */
function frameworkStatus(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== "number") return undefined;
  if (code === "FST_ERR_HANDLER_TIMEOUT") return 503;
  return statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}
