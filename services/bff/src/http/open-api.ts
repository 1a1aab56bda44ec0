import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

/** The description of this API, for whoever writes a program against it; made from the contracts by `../openapi-file.ts`. */
export function registerOpenApi(fastify: FastifyInstance): void {
  const document = readFileSync(new URL("../../openapi.json", import.meta.url), "utf8");
  fastify.get("/api/openapi.json", (_request, reply) => reply.type("application/json; charset=utf-8").send(document));
}
