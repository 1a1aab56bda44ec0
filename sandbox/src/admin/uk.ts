import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { epochSeconds } from "../clock.ts";
import { errors } from "../errors.ts";
import { isRedirectUri } from "../http/redirect-uri.ts";
import { digest, randomText } from "../identifiers.ts";
import type { UkBank } from "../uk/bank.ts";
import type { UkClient } from "../uk/clients.ts";
import { readInput } from "./input.ts";

const redirectUris = z.array(z.string().refine(isRedirectUri, "expected an https address without a fragment"));

const portalClientSchema = z.strictObject({
  clientName: z.string().min(1).max(256),
  redirectUris: redirectUris.min(1),
  scope: z.string().default("accounts"),
  method: z.enum(["client_secret_basic", "client_secret_post"]).default("client_secret_basic"),
});

const changeSchema = z.strictObject({ redirectUris: redirectUris.optional(), grantTypes: z.array(z.string()).optional(), scope: z.string().optional() });

type ClientPath = { Params: { clientId: string } };

/** The register of the UK bank: its developer portal, and changes that no third party asked for. */
export function ukRoutes(server: FastifyInstance, bank: UkBank): void {
  server.get("/uk/clients", async () => ({ clients: [...bank.clients.values()].map(withoutSecret) }));

  server.post("/uk/clients", async (request, reply) => {
    const input = readInput(portalClientSchema, request.body);
    const secret = randomText(32);
    const client: UkClient = { source: "portal", clientId: randomText(22), issuedAt: epochSeconds(bank.clock.now()), secretDigest: digest(secret), ...input };
    bank.clients.put(client.clientId, client);
    return reply.code(201).send({ ...withoutSecret(client), clientSecret: secret });
  });

  server.post<ClientPath>("/uk/clients/:clientId", async (request) => {
    const client = clientOf(request.params.clientId, bank);
    const changed = change(client, readInput(changeSchema, request.body));
    bank.clients.put(changed.clientId, changed);
    return withoutSecret(changed);
  });

  server.delete<ClientPath>("/uk/clients/:clientId", async (request) => {
    const { clientId } = clientOf(request.params.clientId, bank);
    bank.clients.remove(clientId);
    return { deleted: clientId };
  });
}

function change(client: UkClient, wanted: z.output<typeof changeSchema>): UkClient {
  if (client.source === "portal") return { ...client, redirectUris: wanted.redirectUris ?? client.redirectUris, scope: wanted.scope ?? client.scope };
  const claims = { redirect_uris: wanted.redirectUris, grant_types: wanted.grantTypes, scope: wanted.scope };
  return { ...client, claims: { ...client.claims, ...Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)) } };
}

function clientOf(clientId: string, bank: UkBank): UkClient {
  const client = bank.clients.get(clientId);
  if (client === undefined) throw errors.ERR_SANDBOX_CLIENT_UNKNOWN();
  return client;
}

function withoutSecret(client: UkClient): object {
  if (client.source === "registration") return client;
  const { secretDigest: _, ...shown } = client;
  return shown;
}
