import type { FastifyInstance } from "fastify";
import { openApiDocument } from "../openapi.ts";

/** The description of this API, for whoever writes a program against it. */
export function registerOpenApi(fastify: FastifyInstance): void {
  const document = JSON.stringify(openApiDocument());
  fastify.get("/api/openapi.json", (_request, reply) => reply.type("application/json; charset=utf-8").send(document));
}
