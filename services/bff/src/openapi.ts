import { z } from "zod";
import { problem } from "@opl/contracts/http";
import type { RouteContract } from "@opl/contracts/http";
import { bffRoutes, liveEvent } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";

type Json = Readonly<Record<string, unknown>>;

const problemContent = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
const sessionCookie = { type: "apiKey", in: "cookie", name: "__Host-opl-session", description: "Set by signing in; sent by browsers only for our own pages." };

/** The OpenAPI 3.1 document of everything a browser may ask, made from the contracts. */
export function openApiDocument(): Json {
  const contracts: readonly RouteContract[] = [
    ...Object.values(signInRoutes),
    ...Object.values(securityRoutes),
    ...Object.values(bffRoutes),
    ...Object.values(operatorRoutes),
  ];
  const paths: Record<string, Record<string, Json>> = {};
  for (const contract of contracts) {
    const path = contract.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operationOf(contract) };
  }
  paths["/api/live"] = { get: liveOperation };
  return {
    openapi: "3.1.0",
    info: {
      title: "One Point Ledger",
      version: "1",
      description:
        "What a browser may ask. Every change carries the header `opl-csrf: 1` and comes from our own origin. Errors are RFC 9457 problem documents with a stable `code`. Amounts are decimal text with their currency.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: { schemas: { Problem: schemaOf(problem, "output"), LiveEvent: schemaOf(liveEvent, "output") }, securitySchemes: { session: sessionCookie } },
  };
}

function operationOf(contract: RouteContract): Json {
  const { operationId, summary, method, psu, params, query, body, response, status } = contract;
  const parameters = [...parametersOf(params, "path"), ...parametersOf(query, "query"), ...(method === "GET" ? [] : [csrfHeader])];
  return {
    operationId,
    summary,
    ...describing(contract),
    ...(psu === "none" ? {} : { security: [{ session: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } }),
    responses: {
      [status]: { description: "As asked.", ...(response === null ? {} : { content: { "application/json": { schema: schemaOf(response, "output") } } }) },
      default: { description: "A problem.", content: problemContent },
    },
  };
}

function describing({ role, recentSignIn }: RouteContract): Json {
  const notes = [
    ...(role === undefined ? [] : ["For operators; anybody else gets 403. Not there where these pages are switched off."]),
    ...(recentSignIn === undefined ? [] : ["Refused with ERR_RECENT_SIGN_IN_NEEDED unless the person proved in the last five minutes who they are."]),
  ];
  return notes.length === 0 ? {} : { description: notes.join(" ") };
}

const csrfHeader = { name: "opl-csrf", in: "header", required: true, schema: { const: "1" }, description: "Proof that the request comes from our own page." };

const liveOperation: Json = {
  operationId: "live",
  summary: "Server-sent events about what changed: `change` with a LiveEvent as data, `reset` (ask for everything again), `signed-out` (the end).",
  security: [{ session: [] }],
  parameters: [{ name: "last-event-id", in: "header", required: false, schema: { type: "string" }, description: "Where to resume." }],
  responses: {
    200: { description: "A stream.", content: { "text/event-stream": { schema: { $ref: "#/components/schemas/LiveEvent" } } } },
    default: { description: "A problem.", content: problemContent },
  },
};

function parametersOf(schema: z.ZodType | undefined, place: "path" | "query"): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as { properties?: Record<string, Json>; required?: readonly string[] };
  return Object.entries(properties).map(([name, property]) => ({ name, in: place, required: place === "path" || required.includes(name), schema: property }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" });
  return rest;
}
