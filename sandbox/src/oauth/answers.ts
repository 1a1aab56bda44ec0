import type { FastifyReply } from "fastify";
import { unverifiedClaims } from "./statement-jws.ts";
import type { Reply } from "./in-process.ts";

/** Passes an answer of the authorization server on, with the headers that belong to its protocol. */
export function sendReply(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  for (const name of ["cache-control", "pragma", "www-authenticate", "dpop-nonce"]) if (headers[name] !== undefined) reply.header(name, headers[name]);
  return reply.code(status).send(body);
}

/** Who the caller says it is, for the books. */
export function clientIdOf(fields: ReadonlyMap<string, string>, authorization: string | undefined): string | undefined {
  const named = fields.get("client_id") ?? unverifiedClaims(fields.get("client_assertion"))?.["sub"];
  if (typeof named === "string") return named;
  const [scheme = "", credentials = ""] = (authorization ?? "").split(" ");
  return scheme.toLowerCase() === "basic" ? Buffer.from(credentials, "base64").toString("utf8").split(":")[0] : undefined;
}
