import type { FastifyInstance } from "fastify";
import type { PublishedKeySet } from "../clients/key-set.ts";

export const keySetPath = "/.well-known/tpp-jwks.json";

/** Banks may keep it so long. */
const maxAgeSeconds = 300;

/** The public keys of our QSealCs (RFC 7517), for anybody: no session, nothing about a person. */
export function registerKeySet(fastify: FastifyInstance, keySet: PublishedKeySet): void {
  fastify.get(keySetPath, async (request, reply) => {
    const { body, etag } = await keySet.read();
    reply.headers({ etag, "cache-control": `public, max-age=${maxAgeSeconds}` });
    if (names(request.headers["if-none-match"], etag)) return reply.code(304).send();
    // As bytes: to text the framework would add a charset, which this type does not have.
    return reply.header("content-type", "application/jwk-set+json").send(Buffer.from(body));
  });
}

/** RFC 9110 13.1.2: a list of tags, weak or strong, or any. */
function names(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
