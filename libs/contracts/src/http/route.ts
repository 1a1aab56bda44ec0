import type { z } from "zod";

/** Who may call a route: a service by its token, or the browser by its session. */
export type Caller = "consent" | "bank-gateway" | "ingest" | "analytics" | "tpp-registry" | "bff" | "operator" | "browser";

/** `required`: refused without a signed PSU context. `optional`: the context changes what may be done. */
export type PsuPresence = "required" | "optional" | "none";

export interface RouteContract<
  Params extends z.ZodType | undefined = z.ZodType | undefined,
  Query extends z.ZodType | undefined = z.ZodType | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Response extends z.ZodType | null = z.ZodType | null,
> {
  readonly operationId: string;
  readonly summary: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Parameters as `:name`. */
  readonly path: string;
  readonly callers: readonly Caller[];
  readonly psu: PsuPresence;
  /** Refused unless it is known which operator asks: by a token signed with the person's own key or, from bff, by the presence it vouches for. */
  readonly namedOperator?: boolean;
  /** Of the people who are signed in only these. */
  readonly role?: "operator";
  /** Refused with `ERR_RECENT_SIGN_IN_NEEDED` unless the person proved in the last five minutes who they are; the browser then asks and repeats the request. */
  readonly recentSignIn?: true;
  /** A client may repeat the request after a lost connection. */
  readonly idempotent: boolean;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** How large a body may be; the default is the server's own. */
  readonly bodyBytes?: number;
  readonly status: number;
  /** `null`: no content. */
  readonly response: Response;
  /** How long a client waits; the default is the client's own. */
  readonly timeoutMs?: number;
}

/** Keeps the literal types of a contract, so that handler and client are typed from it. */
export function defineRoute<
  const Params extends z.ZodType | undefined = undefined,
  const Query extends z.ZodType | undefined = undefined,
  const Body extends z.ZodType | undefined = undefined,
  const Response extends z.ZodType | null = null,
>(contract: RouteContract<Params, Query, Body, Response>): RouteContract<Params, Query, Body, Response> {
  return contract;
}

type Infer<T> = T extends z.ZodType ? z.output<T> : undefined;
type InferInput<T> = T extends z.ZodType ? z.input<T> : undefined;

export type ParamsOf<R> = R extends RouteContract<infer P, infer _Q, infer _B, infer _R> ? Infer<P> : never;
export type QueryOf<R> = R extends RouteContract<infer _P, infer Q, infer _B, infer _R> ? Infer<Q> : never;
export type BodyOf<R> = R extends RouteContract<infer _P, infer _Q, infer B, infer _R> ? Infer<B> : never;
export type ResponseOf<R> = R extends RouteContract<infer _P, infer _Q, infer _B, infer S> ? (S extends z.ZodType ? z.output<S> : undefined) : never;
/** What a client passes in: defaults may be left out. */
export type QueryInputOf<R> = R extends RouteContract<infer _P, infer Q, infer _B, infer _R> ? InferInput<Q> : never;
export type BodyInputOf<R> = R extends RouteContract<infer _P, infer _Q, infer B, infer _R> ? InferInput<B> : never;
/** What a handler may answer with. */
export type ResponseInputOf<R> = R extends RouteContract<infer _P, infer _Q, infer _B, infer S> ? (S extends z.ZodType ? z.input<S> : undefined) : never;
