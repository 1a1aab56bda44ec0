import { Refusal, type Dialect } from "../http/refusal.ts";

/** How the trust service provider says no: a sentence that a person reads (RFC 7030, section 4.2.3). */
export function sentence(status: 400 | 401 | 403, text: string, headers: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal(status, `${text}\n`, { "content-type": "text/plain; charset=utf-8", ...headers });
}

/** How the directory says no. */
export function directoryError(status: number, error: string, message: string): Refusal {
  return new Refusal(status, { error, error_description: message });
}

/** What their common host says where no route answers. */
export const trustDialect: Dialect = {
  notFound: () => directoryError(404, "not_found", "There is no such resource"),
  malformed: (status, message) => directoryError(status, "invalid_request", message),
  failure: () => directoryError(500, "server_error", "Something went wrong in the directory"),
};
