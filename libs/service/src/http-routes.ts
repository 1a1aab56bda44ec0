import type { RouteContract } from "@opl/contracts/http";
import type { Logger } from "@opl/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { refuseBrokenText } from "./broken-text.ts";
import { errors } from "./errors.ts";
import { isReadyAnswer } from "./ready-answer.ts";
import type { BoundRoute, RouteContext } from "./route.ts";
import type { PsuContext } from "./tokens.ts";

/** Who is asking, and whether a person is present. */
export interface Authenticated {
  readonly caller: string;
  /** Who at the caller asks, where its key is one person's. */
  readonly person?: string | undefined;
  readonly psu?: PsuContext | undefined;
}

export type Authenticate = (request: FastifyRequest, contract: RouteContract) => Promise<Authenticated>;

/** What is noted on a request for its log line and its handler. */
export type Seen = FastifyRequest & { caller?: string; person?: string | undefined; psu?: PsuContext | undefined; failure?: unknown };

interface Surroundings {
  readonly authenticate: Authenticate;
  readonly log: Logger;
  /** How long a handler may take, unless its contract gives the caller longer. */
  readonly handlerMs: number;
}

/** Makes the contracts' routes: who may ask, what is asked, the handler with its time limit, what is answered. */
export function registerRoutes(fastify: FastifyInstance, routes: readonly BoundRoute[], around: Surroundings): void {
  for (const bound of routes) registerRoute(fastify, bound, around);
  registerRefusedMethods(fastify, routes);
}

const nothing = z.strictObject({});
/** Callers that always send a JSON body may send an empty object. */
const emptyBody = z.union([z.undefined(), z.null(), nothing]);

function registerRoute(fastify: FastifyInstance, { contract, handler }: BoundRoute, { authenticate, log, handlerMs }: Surroundings): void {
  const hasBody = contract.method !== "GET";
  const limitMs = Math.max(handlerMs, contract.timeoutMs ?? 0);
  fastify.route({
    method: contract.method,
    url: contract.path,
    // Only a net below our own limit: the framework's ends as soon as the body of a request has been read.
    handlerTimeout: limitMs + 1_000,
    ...(contract.bodyBytes === undefined ? {} : { bodyLimit: contract.bodyBytes }),
    schema: {
      operationId: contract.operationId,
      summary: contract.summary,
      params: contract.params ?? z.looseObject({}),
      querystring: contract.query ?? nothing,
      ...(hasBody ? { body: (contract.body ?? emptyBody).superRefine(refuseBrokenText) } : {}),
      ...(contract.response === null ? {} : { response: { [contract.status]: contract.response } }),
    },
    // Before the body is read: a stranger costs us as little as possible.
    onRequest: async (request) => {
      const { caller, psu, ...rest } = await authenticate(request, contract);
      const person = rest.person ?? (contract.namedOperator === true && caller === "bff" ? psu?.psuId : undefined);
      Object.assign(request, { caller, person, psu });
      if (!(contract.callers as readonly string[]).includes(caller))
        throw errors.ERR_CALLER_FORBIDDEN({ details: { caller, operation: contract.operationId } });
      if (contract.namedOperator === true && person === undefined) throw errors.ERR_OPERATOR_UNNAMED();
      if (contract.psu === "required" && psu === undefined) throw errors.ERR_PSU_CONTEXT_REQUIRED();
    },
    handler: async (request, reply) => {
      const { caller, person, psu } = request as Seen;
      const stop = new AbortController();
      const context = {
        params: request.params,
        query: contract.query === undefined ? undefined : request.query,
        body: contract.body === undefined ? undefined : request.body,
        caller,
        person,
        psu,
        requestId: request.id,
        signal: AbortSignal.any([stop.signal, whenCallerGone(reply)]),
        log: log.child({ requestId: request.id, operation: contract.operationId }),
        request,
        reply,
      } as unknown as RouteContext<never>;
      reply.code(contract.status);
      const answer = await withLimit(handler(context), limitMs, reply, stop);
      if (reply.sent) return reply;
      if (contract.response === null) return reply.send();
      // Bytes are sent as they are.
      return isReadyAnswer(answer) ? reply.type("application/json; charset=utf-8").send(answer.bytes) : answer;
    },
  });
}

/** Aborted when the caller has gone before the answer. */
function whenCallerGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Gives up on a handler that takes too long and tells it to stop; one that has begun to answer by itself may go on. */
async function withLimit<T>(work: Promise<T>, limitMs: number, reply: FastifyReply, stop: AbortController): Promise<T> {
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    if (reply.sent) return;
    expired.reject(errors.ERR_HANDLER_TIMEOUT());
    // Afterwards, so that the answer is ours and not what the handler makes of being stopped.
    setImmediate(() => stop.abort());
  }, limitMs);
  try {
    return await Promise.race([work, expired.promise]);
  } finally {
    clearTimeout(timer);
    // The loser has been heard.
    work.catch(() => undefined);
  }
}

const allMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Known address, unknown method: 405 with Allow instead of 404. */
function registerRefusedMethods(fastify: FastifyInstance, routes: readonly BoundRoute[]): void {
  const byShape = Map.groupBy(routes, ({ contract }) => contract.path.replaceAll(/:\w+/g, ":"));
  for (const group of byShape.values()) {
    const [first] = group;
    const known = new Set<string>(group.map(({ contract }) => contract.method));
    const refused = allMethods.filter((method) => !known.has(method) && !fastify.hasRoute({ method, url: first?.contract.path ?? "" }));
    const allow = [...known, ...(known.has("GET") ? ["HEAD"] : [])].toSorted().join(", ");
    if (first === undefined || refused.length === 0) continue;
    fastify.route({
      method: refused,
      url: first.contract.path,
      onRequest: () => Promise.reject(Object.assign(new Error("method not allowed"), { statusCode: 405, headers: { allow } })),
      handler: () => undefined,
    });
  }
}
