import { randomUUID } from "node:crypto";
import { defineRoute } from "@opl/contracts/http";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { testTokens } from "@opl/testkit";
import { z } from "zod";
import { createHttpServer, psuRoute, route } from "../src/index.ts";
import type { BoundRoute, HttpServer, HttpServerOptions } from "../src/index.ts";

const thing = z.object({ id: z.uuid(), size: z.int() });
const base = { callers: ["bff", "ingest"], psu: "none", idempotent: false } as const;

/** Contracts of a made-up service `consent`. */
export const things = {
  getThing: defineRoute({
    ...base,
    operationId: "getThing",
    summary: "s",
    method: "GET",
    path: "/things/:id",
    idempotent: true,
    params: z.strictObject({ id: z.uuid() }),
    query: z.strictObject({ size: z.coerce.number().int().max(10).default(3), tag: z.union([z.string(), z.array(z.string())]).optional() }),
    status: 200,
    response: thing,
  }),
  createThing: defineRoute({
    ...base,
    operationId: "createThing",
    summary: "s",
    method: "POST",
    path: "/things",
    body: z.strictObject({ size: z.int().min(1), note: z.string().max(100).optional() }),
    status: 201,
    response: thing,
  }),
  removeThing: defineRoute({
    ...base,
    operationId: "removeThing",
    summary: "s",
    method: "DELETE",
    path: "/things/:id",
    params: z.strictObject({ id: z.uuid() }),
    idempotent: true,
    status: 204,
    response: null,
  }),
  whoIsThere: defineRoute({
    ...base,
    operationId: "whoIsThere",
    summary: "s",
    method: "GET",
    path: "/person",
    psu: "required",
    idempotent: true,
    status: 200,
    response: z.object({ psuId: z.uuid(), ipAddress: z.string() }),
  }),
  perhapsThere: defineRoute({
    ...base,
    operationId: "perhapsThere",
    summary: "s",
    method: "GET",
    path: "/perhaps",
    psu: "optional",
    idempotent: true,
    status: 200,
    response: z.object({ present: z.boolean() }),
  }),
  onlyIngest: defineRoute({
    ...base,
    operationId: "onlyIngest",
    summary: "s",
    method: "GET",
    path: "/ingest",
    callers: ["ingest"],
    idempotent: true,
    status: 200,
    response: z.object({}),
  }),
};

export const tokens = testTokens();
export const thingId = randomUUID();

export interface Started extends AsyncDisposable {
  readonly server: HttpServer;
  readonly url: string;
  readonly lines: string[];
  /** A request as bff makes it, with a valid token. */
  call(path: string, init?: RequestInit & { readonly as?: string }): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
}

type Handlers = { readonly [Name in keyof typeof things]?: (context: { readonly signal: AbortSignal }) => Promise<unknown> };

/** Starts the service on a free port; single handlers can be replaced. */
export async function startThings(handlers: Handlers = {}, options: Partial<HttpServerOptions> = {}): Promise<Started> {
  const lines: string[] = [];
  const logger: Logger = createLogger({ name: "consent", level: "debug", destination: { write: (line: string) => void lines.push(line) } });
  const usual: readonly BoundRoute[] = [
    route(things.getThing, ({ params, query }) => Promise.resolve({ id: params.id, size: query.size })),
    route(things.createThing, ({ body }) => Promise.resolve({ id: thingId, size: body.size, secret: "canary-not-in-contract" })),
    route(things.removeThing, () => Promise.resolve()),
    psuRoute(things.whoIsThere, ({ psu }) => Promise.resolve({ psuId: psu.psuId, ipAddress: psu.ipAddress })),
    route(things.perhapsThere, ({ psu }) => Promise.resolve({ present: psu !== undefined })),
    route(things.onlyIngest, () => Promise.resolve({})),
  ];
  const routes = usual.map((bound) => {
    const handler = handlers[bound.contract.operationId as keyof typeof things];
    return handler === undefined ? bound : { ...bound, handler: handler };
  });
  const server = await createHttpServer({
    name: "consent",
    logger,
    routes,
    tokens: tokens.for("consent"),
    health: { ready: () => Promise.resolve({}) },
    ...options,
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    server,
    url,
    lines,
    async call(path, { as = "bff", ...init } = {}) {
      const headers = {
        authorization: `Bearer ${await tokens.for(as).issue("consent")}`,
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
        ...(init.headers as Record<string, string> | undefined),
      };
      const answer = await fetch(url + path, { ...init, headers });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
