import type { ErrorKind } from "@opl/errors";

/** The HTTP side of the kinds; the event side is in `@opl/messaging`. */
export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  rejected: 422,
  "rate-limited": 429,
  upstream: 502,
  unavailable: 503,
  bug: 500,
};

/**
 * What an answer of another service means to its caller. A refused service token is a fault between us and not of
 * whoever asked us, so 401 does not pass through; neither do statuses that a correct client never gets.
 */
export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 400:
      return "invalid";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 409:
      return "conflict";
    case 422:
      return "rejected";
    case 429:
      return "rate-limited";
    case 500:
      return "bug";
    case 503:
    case 504:
      return "unavailable";
    default:
      return "upstream";
  }
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

export function titleOf(status: number): string {
  return titles[status] ?? "Error";
}
