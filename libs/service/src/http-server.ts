import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@opl/telemetry";
import { LogController, fastify as createFastify } from "fastify";
import type { FastifyInstance, FastifyReply } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { newId } from "./clock.ts";
import { errors } from "./errors.ts";
import { registerHealth } from "./health.ts";
import type { HealthChecks } from "./health.ts";
import { problemType, shortened, toProblem } from "./problem.ts";
import { registerRoutes } from "./http-routes.ts";
import type { Authenticate, Seen } from "./http-routes.ts";
import type { BoundRoute } from "./route.ts";
import type { ServiceTokens } from "./tokens.ts";

export interface HttpLimits {
  readonly bodyBytes?: number;
  /** For receiving a whole request. */
  readonly requestMs?: number;
  /** For answering it. */
  readonly handlerMs?: number;
  /** Idle time of a connection between two requests. */
  readonly keepAliveMs?: number;
  /** For requests that run while the server stops. */
  readonly drainMs?: number;
}

export interface HttpServerOptions {
  /** This service; the audience that tokens must name. */
  readonly name: string;
  readonly logger: Logger;
  readonly routes: readonly BoundRoute[];
  readonly health: HealthChecks;
  /** For the default authentication between services. */
  readonly tokens?: ServiceTokens;
  /** Instead of service tokens: bff reads its session. */
  readonly authenticate?: Authenticate;
  readonly limits?: HttpLimits;
  /** Registered before the routes, so that hooks of plugins apply to them. */
  readonly plugins?: (fastify: FastifyInstance) => Promise<void>;
  /** Addresses of reverse proxies whose forwarding headers are believed; nobody's by default. */
  readonly trustProxy?: readonly string[];
}

export interface HttpServer extends AsyncDisposable {
  readonly fastify: FastifyInstance;
  /** @returns the URL, with the port that was taken when 0 was asked for */
  listen(options: { readonly host: string; readonly port: number }): Promise<string>;
}

const defaultHandlerMs = 30_000;

/** An HTTP server made from contracts: limits, request ids, validation both ways, problem errors, health. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { limits = {}, routes, name, plugins } = options;
  const log = options.logger.child({ subsystem: "http" });
  const fastify = createFastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    bodyLimit: limits.bodyBytes ?? 1_048_576,
    requestTimeout: limits.requestMs ?? 15_000,
    connectionTimeout: 0,
    handlerTimeout: limits.handlerMs ?? defaultHandlerMs,
    keepAliveTimeout: limits.keepAliveMs ?? 10_000,
    forceCloseConnections: "idle",
    onProtoPoisoning: "error",
    onConstructorPoisoning: "error",
    routerOptions: { maxParamLength: 1_000 },
    requestIdHeader: false,
    genReqId: requestIdOf,
    trustProxy: options.trustProxy === undefined ? false : [...options.trustProxy],
    clientErrorHandler: (error, socket) => {
      log.debug({ err: error }, "malformed HTTP");
      if (socket.writable) socket.end(malformedAnswer(error.code));
    },
    frameworkErrors: (error, request, reply) => {
      const { status, headers, body } = toProblem(error, request.id);
      void (reply as unknown as FastifyReply)
        .code(status)
        .headers({ ...headers, ...bareHeaders })
        .type(problemType)
        .send(JSON.stringify(body));
    },
  }) as unknown as FastifyInstance;
  fastify.setValidatorCompiler(validatorCompiler);
  fastify.setSerializerCompiler(serializerCompiler);
  // JSON only; a service that needs another type adds it in `plugins`.
  fastify.removeContentTypeParser("text/plain");
  registerErrors(fastify);
  registerHooks(fastify);
  const state = { started: false, stopping: false };
  registerHealth(fastify, options.health, state);
  await plugins?.(fastify);
  const authenticate = options.authenticate ?? byServiceToken(name, options.tokens);
  registerRoutes(fastify, routes, { authenticate, log, handlerMs: limits.handlerMs ?? defaultHandlerMs });
  return {
    fastify,
    async listen({ host, port }) {
      const url = await fastify.listen({ host, port });
      state.started = true;
      return url;
    },
    async [Symbol.asyncDispose]() {
      state.stopping = true;
      const drained = new AbortController();
      const tooLong = delay(limits.drainMs ?? 10_000, undefined, { signal: drained.signal }).then(
        () => fastify.server.closeAllConnections(),
        () => undefined,
      );
      await fastify.close();
      drained.abort();
      await tooLong;
    },
  };
}

/** For answers to what cannot even be routed: no hook sees those, so they get the strictest policy there is. */
const bareHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function requestIdOf(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{8,64}$/.test(given) ? given : newId();
}

function registerHooks(fastify: FastifyInstance): void {
  fastify.addHook("onRequest", async (request, reply) => {
    reply.headers({ "x-request-id": request.id, "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });
  fastify.addHook("onResponse", async (request, reply) => {
    if (request.routeOptions.url?.startsWith("/health/") === true) return;
    const { caller, failure } = request as Seen;
    const failed = reply.statusCode >= 500;
    const fields = {
      method: request.method,
      // The pattern and not the address: addresses may carry codes and ids of people.
      route: request.routeOptions.url ?? "(none)",
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      ...(caller === undefined ? {} : { caller }),
      // What a caller did wrong needs no stack.
      ...(failure === undefined ? {} : failed ? { err: failure } : { code: (failure as { code?: unknown }).code, reason: reasonOf(failure) }),
    };
    if (failed) request.log.error(fields, "request failed");
    else if (reply.statusCode === 401 || reply.statusCode === 403) request.log.warn(fields, "request refused");
    else request.log.info(fields, "request answered");
  });
}

/** The message of the innermost cause: why a token was refused, which field was wrong. */
function reasonOf(failure: unknown): string {
  const cause = failure instanceof Error ? failure.cause : undefined;
  return cause instanceof Error ? reasonOf(cause) : failure instanceof Error ? shortened(failure.message) : "unknown";
}

function registerErrors(fastify: FastifyInstance): void {
  fastify.setErrorHandler((error, request, reply) => {
    (request as Seen).failure = error;
    const { status, headers, body } = toProblem(error, request.id);
    return reply.code(status).headers(headers).type(problemType).send(JSON.stringify(body));
  });
  fastify.setNotFoundHandler(() => {
    throw errors.ERR_ROUTE_NOT_FOUND();
  });
}

function byServiceToken(audience: string, tokens: ServiceTokens | undefined): Authenticate {
  if (tokens === undefined) throw errors.ERR_CONFIG({ message: `The HTTP server of ${audience} has neither service tokens nor an authentication of its own.` });
  return async (request, contract) => {
    const token = /^Bearer ([\w.-]+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw errors.ERR_SERVICE_TOKEN_REFUSED();
    const { issuer: caller, subject: person } = await tokens.verify(token, audience);
    const psuToken = request.headers["opl-psu-context"];
    if (contract.psu === "none" || typeof psuToken !== "string") return { caller, person };
    return { caller, person, psu: await tokens.verifyPsuContext(psuToken) };
  };
}

/** For bytes that are no HTTP at all: there is no request to answer to. */
function malformedAnswer(code: string): string {
  const status = code === "HPE_HEADER_OVERFLOW" ? 431 : code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const { body } = toProblem(Object.assign(new Error(code), { statusCode: status }), newId());
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status} ${body.title}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`;
}
