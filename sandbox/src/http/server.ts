import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { CallBook } from "../books/calls.ts";
import { toDate, type Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import type { FaultRegistry } from "../faults/registry.ts";
import { header, newCall, psuHeaders } from "./call.ts";
import { Refusal, type Dialect } from "./refusal.ts";
import { withRetirableConnections } from "./retire-connections.ts";

interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** With it clients are asked for a certificate below one of these authorities; missing ones are refused by the routes, in words. */
  readonly clientCa?: readonly string[];
}

/** Told about everything the bank did not mean to answer. */
export type ReportError = (error: unknown) => void;

export interface ServerDeps {
  readonly clock: Clock;
  readonly calls: CallBook;
  readonly faults: FaultRegistry;
  readonly report: ReportError;
  readonly dialect: Dialect;
  readonly tls?: TlsOptions;
}

/** One listener of the bank: limits, bodies as text, every answer through the fault switches and into the books. */
export function createBankServer({ clock, calls, faults, report, dialect, tls }: ServerDeps): FastifyInstance {
  const limits = { bodyLimit: 256 * 1024, requestTimeout: 30_000, keepAliveTimeout: 30_000, forceCloseConnections: true, logger: false } as const;
  const server = (tls === undefined ? Fastify(limits) : Fastify({ ...limits, https: secure(tls) })) as unknown as FastifyInstance;

  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  server.decorateRequest("bankCall");
  server.addHook("onRequest", async (request, reply) => {
    request.bankCall = newCall(request, performance.now());
    reply.header("date", toDate(clock.now()).toUTCString());
    const interactionId = header(request, "x-fapi-interaction-id");
    if (interactionId !== undefined) reply.header("x-fapi-interaction-id", interactionId);
    reply.raw.once("close", () => record({ request, status: reply.raw.statusCode, clock, calls }));
  });
  server.addHook("onSend", async (request, reply, payload) => {
    const changed = await faults.changeAnswer(request.bankCall, { status: reply.statusCode, headers: reply.getHeaders(), body: payload });
    if (changed !== undefined) {
      reply.code(changed.status);
      for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
      reply.headers(changed.headers);
    }
    record({ request, status: reply.statusCode, clock, calls });
    return changed === undefined ? payload : changed.body;
  });
  server.setErrorHandler((error, _request, reply) => refuse(error, { reply, report, dialect }));
  server.setNotFoundHandler(() => {
    throw dialect.notFound();
  });
  withRetirableConnections(server);
  return server;
}

function refuse(error: unknown, { reply, report, dialect }: { reply: FastifyReply; report: ReportError; dialect: Dialect }): FastifyReply {
  const refusal = error instanceof Refusal ? error : refusalOf(error, report, dialect);
  return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
}

function refusalOf(error: unknown, report: ReportError, dialect: Dialect): Refusal {
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status < 500) return dialect.malformed(status, (error as Error).message);
  report(error);
  return dialect.failure();
}

function record({ request, status, clock, calls }: { request: FastifyRequest; status: number; clock: Clock; calls: CallBook }): void {
  const call = request.bankCall;
  if (call.recorded) return;
  call.recorded = true;
  const person = psuHeaders(request);
  calls.record({
    at: clock.now().toString(),
    endpoint: call.endpoint,
    method: request.method,
    path: request.url.split("?")[0] ?? "/",
    status,
    durationMs: Math.round(performance.now() - call.startedAtMs),
    clientId: call.clientId,
    qwac: call.certificate?.thumbprint,
    tppId: call.certificate?.organizationIdentifier.replace(/^PSD/, ""),
    grant: call.grant,
    assertion: call.assertion,
    authorizationId: call.authorizationId,
    psuId: call.psuId,
    accountId: call.accountId,
    cardId: call.cardId,
    page: call.page,
    psuPresent: "x-fapi-customer-ip-address" in person || "psu-ip-address" in person,
    psuHeaders: Object.keys(person).length === 0 ? undefined : person,
    interactionId: header(request, "x-fapi-interaction-id") ?? header(request, "x-request-id"),
    faults: call.faults.length === 0 ? undefined : call.faults,
  });
}

function secure({ cert, key, clientCa }: TlsOptions): object {
  return {
    cert,
    key,
    minVersion: "TLSv1.2",
    ...(clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false, ca: [...clientCa] }),
  };
}

/** Starts a listener; port 0 first tries the one used last time, so that stored addresses stay true. */
export async function listen(
  server: FastifyInstance,
  { host, port, lastPort, name }: { host: string; port: number; lastPort: number | undefined; name: string },
): Promise<number> {
  const attempts = port === 0 && lastPort !== undefined ? [lastPort, 0] : [port];
  for (const attempt of attempts) {
    try {
      await server.listen({ host, port: attempt });
      return (server.server.address() as { port: number }).port;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const isLast = attempt === attempts.at(-1);
      if (isLast && code === "EADDRINUSE") throw errors.ERR_SANDBOX_PORT_BUSY({ message: `${name}: port ${attempt} is already in use.`, cause });
      if (isLast) throw cause;
    }
  }
  throw errors.ERR_SANDBOX_PORT_BUSY();
}
