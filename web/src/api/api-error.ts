import type { Problem } from "@opl/contracts/http/problem";

/**
 * A question that was not answered. `status` 0: nothing came back at all (offline, or the service is down).
 * `code` is stable (`ERR_…`); `requestId` is what support can look up.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
  readonly details: Problem["details"];

  constructor(init: {
    status: number;
    code: string;
    detail?: string | undefined;
    requestId?: string | undefined;
    retryAfterSeconds?: number | undefined;
    fields?: Problem["errors"];
    details?: Problem["details"];
  }) {
    super(init.detail ?? init.code);
    this.name = "ApiError";
    this.status = init.status;
    this.code = init.code;
    this.requestId = init.requestId;
    this.retryAfterSeconds = init.retryAfterSeconds;
    this.fields = init.fields ?? [];
    this.details = init.details;
  }

  /** Nothing reached us: the person is offline or the service is not there. */
  get unreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** There is no session any more; a password that does not fit is another matter. */
  get signedOut(): boolean {
    return this.code === "ERR_NOT_SIGNED_IN";
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

/** Reads a problem document (RFC 9457) or the login library's `{ code, message }`; anything else still gets a code. */
export async function apiErrorFrom(response: Response): Promise<ApiError> {
  const fields: Record<string, unknown> = await response
    .json()
    .then((json: unknown) => (typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {}))
    .catch(() => ({}));
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" ? value : undefined;
  };
  const retryAfter = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return new ApiError({
    status: response.status,
    code: text("code") ?? `HTTP_${response.status}`,
    detail: text("detail") ?? text("message") ?? text("title"),
    requestId: text("requestId") ?? response.headers.get("x-request-id") ?? undefined,
    retryAfterSeconds: Number.isNaN(retryAfter) ? undefined : retryAfter,
    fields: Array.isArray(fields["errors"]) ? (fields["errors"] as Problem["errors"]) : undefined,
    details: (fields as Partial<Problem>).details,
  });
}
