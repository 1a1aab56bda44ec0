import { setTimeout as delay } from "node:timers/promises";
import type { BodyInputOf, ParamsOf, QueryInputOf, ResponseOf, RouteContract } from "@opl/contracts/http";
import { problem } from "@opl/contracts/http";
import { OplError, isOplError } from "@opl/errors";
import { Agent, request as send } from "undici";
import type { Dispatcher } from "undici";
import { kindOfStatus } from "./http-status.ts";
import type { PsuContext, ServiceTokens } from "./tokens.ts";

export interface ClientOptions {
  /** `http://consent:8080` */
  readonly baseUrl: string;
  /** The service we call: audience of our tokens and prefix of our error codes. */
  readonly audience: string;
  readonly tokens: Pick<ServiceTokens, "issue">;
  /** For a whole call with its repetition, unless contract or call say otherwise. */
  readonly timeoutMs?: number;
  /** Instead of one of our own; its owner closes it. */
  readonly dispatcher?: Dispatcher;
}

/** What every call may say. */
export interface CallOptions {
  /** Forwarded as it is; the called service verifies the signed form. */
  readonly psu?: PsuContext | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly requestId?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** What a call without any input gives. */
type Nothing = Readonly<Record<string, never>>;
type Required<Name extends string, Value> = { readonly [Key in Name]: Value };
type Part<Name extends string, Value> = Value extends undefined ? unknown : Nothing extends Value ? { readonly [Key in Name]?: Value } : Required<Name, Value>;
export type CallInput<Contract> = CallOptions &
  Part<"params", ParamsOf<Contract>> &
  Part<"query", QueryInputOf<Contract>> &
  Part<"body", BodyInputOf<Contract>>;

type Operation<Contract> =
  Nothing extends CallInput<Contract>
    ? (input?: CallInput<Contract>) => Promise<ResponseOf<Contract>>
    : (input: CallInput<Contract>) => Promise<ResponseOf<Contract>>;
export type Client<Contracts> = { readonly [Name in keyof Contracts]: Operation<Contracts[Name]> };

type AnyInput = CallOptions & { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };

const maxAnswerBytes = 16 * 1024 * 1024;
const repeatAfterMs = 100;

/**
 * A client made from the contracts of one service: signs who we are, forwards the person's presence, checks answers
 * against the contract, translates problems into errors with the same code, repeats idempotent calls once.
 */
export function createClient<const Contracts extends Readonly<Record<string, RouteContract>>>(contracts: Contracts, options: ClientOptions): Client<Contracts> {
  const dispatcher =
    options.dispatcher ?? new Agent({ connections: 64, pipelining: 1, connect: { timeout: 2_000 }, keepAliveTimeout: 4_000, maxResponseSize: maxAnswerBytes });
  const operations = Object.entries(contracts).map(
    ([name, contract]) => [name, (input: AnyInput = {}) => call(contract, input, { ...options, dispatcher })] as const,
  );
  return Object.fromEntries(operations) as unknown as Client<Contracts>;
}

type Connected = ClientOptions & { readonly dispatcher: Dispatcher };

async function call(contract: RouteContract, input: AnyInput, options: Connected): Promise<unknown> {
  const timeoutMs = input.timeoutMs ?? contract.timeoutMs ?? options.timeoutMs ?? 10_000;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = input.signal === undefined ? deadline : AbortSignal.any([deadline, input.signal]);
  try {
    return await attempt(contract, input, options, signal);
  } catch (error) {
    if (!contract.idempotent || signal.aborted || !mayRepeat(error)) throw error;
    await delay(repeatAfterMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw error;
    return attempt(contract, input, options, signal);
  }
}

/** Only what says "not now": a lost connection, or an answer that the service is not available. */
function mayRepeat(error: unknown): boolean {
  return isOplError(error) && error.kind === "unavailable";
}

async function attempt(contract: RouteContract, input: AnyInput, options: Connected, signal: AbortSignal): Promise<unknown> {
  const { audience, baseUrl, dispatcher, tokens } = options;
  const token = await tokens.issue(audience);
  const address = addressOf(baseUrl, contract, input);
  let status: number;
  let headers: Dispatcher.ResponseData["headers"];
  let text: string;
  try {
    const answer = await send(address, {
      method: contract.method,
      dispatcher,
      signal,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(input.body === undefined ? {} : { "content-type": "application/json" }),
        ...(input.psu === undefined ? {} : { "opl-psu-context": input.psu.token }),
        ...(input.requestId === undefined ? {} : { "x-request-id": input.requestId }),
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      // The signal is the one time limit.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    ({ statusCode: status, headers } = answer);
    text = await answer.body.text();
  } catch (cause) {
    // The caller's own wish to stop is no failure of the other side.
    if (input.signal?.aborted === true) throw cause;
    throw new OplError({ code: codeFor(audience, "UNAVAILABLE"), kind: "unavailable", message: `${audience} does not answer.`, cause });
  }
  if (status === contract.status) return readAnswer(contract, text, audience);
  throw failureOf(status, headers, text, audience);
}

function addressOf(baseUrl: string, contract: RouteContract, { params = {}, query = {} }: AnyInput): string {
  const path = contract.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === "") throw new TypeError(`${contract.operationId} needs the parameter ${name}.`);
    return encodeURIComponent(value as string | number);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) search.append(name, String(one));
  }
  const text = search.toString();
  return baseUrl.replace(/\/$/, "") + path + (text === "" ? "" : `?${text}`);
}

function readAnswer(contract: RouteContract, text: string, audience: string): unknown {
  if (contract.response === null) return undefined;
  const read = contract.response.safeParse(parseJson(text));
  if (read.success) return read.data;
  throw new OplError({
    code: codeFor(audience, "PROTOCOL"),
    kind: "upstream",
    message: `${audience} answered ${contract.operationId} in a form that was not agreed.`,
    cause: read.error,
  });
}

/** The same code and kind as the service gave; an answer that is no problem document gets a code of its own. */
function failureOf(status: number, headers: Dispatcher.ResponseData["headers"], text: string, audience: string): OplError {
  const read = problem.safeParse(parseJson(text));
  const kind = kindOfStatus(status);
  const seconds = /^\d{1,6}$/.exec(String(headers["retry-after"] ?? ""))?.[0];
  const retryAfterSeconds = seconds === undefined ? undefined : Number.parseInt(seconds, 10);
  if (read.success && /^ERR_[A-Z0-9_]*[A-Z0-9]$/.test(read.data.code) && !read.data.code.includes("__")) {
    const { code, detail, details, errors, requestId } = read.data;
    const cause = new Error(`${audience} answered ${status} to request ${requestId}${errors === undefined ? "" : `: ${JSON.stringify(errors)}`}`);
    return new OplError({ code, kind, message: detail ?? read.data.title, cause, details, retryAfterSeconds });
  }
  const suffix = kind === "unavailable" ? "UNAVAILABLE" : "PROTOCOL";
  return new OplError({ code: codeFor(audience, suffix), kind, message: `${audience} answered ${status}.`, retryAfterSeconds });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function codeFor(audience: string, what: "UNAVAILABLE" | "PROTOCOL"): string {
  return `ERR_${audience.toUpperCase().replaceAll("-", "_")}_${what}`;
}
