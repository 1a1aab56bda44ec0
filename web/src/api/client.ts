import { noteReachable } from "./connection-state.ts";
import { ApiError, apiErrorFrom, isApiError } from "./api-error.ts";
import { dropFirstAnswers, takeFirstAnswer } from "./first-answers.ts";
import { proveAgain } from "./recent-sign-in.ts";
import { type Answer, type Ask, buildUrl, type Operation, routes } from "./routes.ts";

/** Proof that a change comes from our own page: another site cannot set a header without our leave. */
const CSRF = { "opl-csrf": "1" } as const;

interface Sending {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request to our own origin; throws ApiError for everything but a 2xx answer. What needs a recent sign-in waits until the
 * person has proved who they are, and is sent once more.
 */
export async function send(method: string, url: string, options: Sending = {}): Promise<unknown> {
  try {
    return await sendOnce(method, url, options);
  } catch (error) {
    if (!isApiError(error) || error.code !== "ERR_RECENT_SIGN_IN_NEEDED" || !(await proveAgain())) throw error;
    return sendOnce(method, url, options);
  }
}

async function sendOnce(method: string, url: string, options: Sending): Promise<unknown> {
  const response = await answerOf(method, url, options);
  if (response.status === 204) return undefined;
  return response.json().catch(() => {
    throw new ApiError({ status: 502, code: "ERR_UNREADABLE_ANSWER" });
  });
}

/** One request to our own origin and its answer, unread; throws ApiError for everything but a 2xx one. */
export async function answerOf(method: string, url: string, options: Sending = {}): Promise<Response> {
  const changes = method !== "GET";
  if (changes) dropFirstAnswers();
  const asked = changes ? undefined : takeFirstAnswer(url);
  const answering =
    asked ??
    fetch(url, {
      method,
      headers: changes ? { accept: "application/json", "content-type": "application/json", ...CSRF } : { accept: "application/json" },
      credentials: "same-origin",
      redirect: "error",
      ...(changes ? { body: JSON.stringify(options.body ?? {}) } : {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  const response = await answering.catch((cause: unknown) => {
    if (options.signal?.aborted === true) throw cause;
    noteReachable(false);
    throw new ApiError({ status: 0, code: "ERR_UNREACHABLE" });
  });
  noteReachable(true);
  if (!response.ok) throw await apiErrorFrom(response);
  return response;
}

/** Asks the bff one of its operations. Amounts stay the exact strings of the wire. */
export async function ask<O extends Operation>(operation: O, input: Ask<O>, signal?: AbortSignal): Promise<Answer<O>> {
  const [method, path] = routes[operation];
  const url = buildUrl(path, input.params, input.query);
  // The server checks its own answers against the same contract before it sends them.
  return (await send(method, url, { body: input.body, signal })) as Answer<O>;
}
