import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { tppRoles } from "../ca/psd2-statement.ts";
import { issueTppKeys, newTppId, publicPart } from "../ca/tpp-certificates.ts";
import { checkApiKey } from "./api-key.ts";
import type { Bank } from "./bank.ts";
import { validation } from "./refusal.ts";

const jwksPath = "/psd2-sandbox-prod-public-tpp-jwks-store";

const querySchema = z.object({
  c: z.string().regex(/^[a-z]{2}$/i, "c must be a two-letter country"),
  cn: z.string().trim().min(1, "cn must not be empty").max(64, "cn must have at most 64 characters"),
  roles: z
    .string()
    .default(tppRoles.join(","))
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(tppRoles, "roles must be a comma list of AIS, PIS, CBPII"))),
});

/** C1: keys and certificates for a third party, shown once; and the public key sets that others read. */
export function certificateRoutes(server: FastifyInstance, bank: Bank): void {
  server.post("/psd2-sandbox-tpp-generator/sandbox-tpp", { config: { endpoint: "C1" } }, async (request, reply) => {
    checkApiKey(request, bank, "portal-only");
    const query = querySchema.safeParse(request.query);
    if (!query.success) {
      throw validation(query.error.issues.map((issue) => ({ type: "InvalidValue", path: issue.path.join("."), message: issue.message })));
    }
    const { c, cn, roles } = query.data;
    const subject = { tppId: newTppId(), country: c.toUpperCase(), commonName: cn, roles: [...new Set(roles)] };
    const keys = await issueTppKeys(subject, bank);
    bank.tpps.put(subject.tppId, {
      ...subject,
      issuedAt: bank.clock.now().toString(),
      jwks: { keys: keys.map((key) => publicPart(key) as Record<string, unknown>) },
    });
    const publicJwksUrl = `${bank.addresses.certGeneratorOrigin}${jwksPath}/${subject.tppId}/public-jwks.json`;
    return reply
      .code(201)
      .header("location", `${bank.addresses.certGeneratorOrigin}/psd2-sandbox-tpp-generator/sandbox-tpp/${subject.tppId}`)
      .header("cache-control", "no-store")
      .send({ tppId: subject.tppId, publicJwksUrl, privateJwks: { keys } });
  });

  server.get<{ Params: { tppId: string } }>(`${jwksPath}/:tppId/public-jwks.json`, { config: { endpoint: "J1" } }, async (request, reply) => {
    const tpp = bank.tpps.get(request.params.tppId);
    if (tpp === undefined) return reply.callNotFound();
    return reply.header("cache-control", "public, max-age=60").send(tpp.jwks);
  });
}
