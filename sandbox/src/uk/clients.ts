import { join } from "node:path";
import { z } from "zod";
import { openJournal } from "../state/journal.ts";

const base = { clientId: z.string(), issuedAt: z.number() };

/** A client by dynamic registration: the claims as the bank took them. */
const registeredSchema = z.object({
  ...base,
  source: z.literal("registration"),
  softwareId: z.string(),
  orgName: z.string(),
  jwksUri: z.string(),
  claims: z.record(z.string(), z.unknown()),
});
export type RegisteredClient = z.infer<typeof registeredSchema>;

/** A client by the developer portal: a person typed it in and copied the secret. */
const portalSchema = z.object({
  ...base,
  source: z.literal("portal"),
  clientName: z.string(),
  redirectUris: z.array(z.string()),
  scope: z.string(),
  method: z.enum(["client_secret_basic", "client_secret_post"]),
  secretDigest: z.string(),
});

const clientSchema = z.discriminatedUnion("source", [registeredSchema, portalSchema]);
export type UkClient = z.infer<typeof clientSchema>;

export function openUkClients(folder: string) {
  const { get, put, remove, values, close } = openJournal<UkClient>(join(folder, "clients.jsonl"), clientSchema);
  return { get, put, remove, values, close };
}
export type UkClients = ReturnType<typeof openUkClients>;

const grantSchema = z.object({ payload: z.record(z.string(), z.unknown()), expiresAtMs: z.number() });

/** Tokens and used identifiers of the authorization server, each under a digest until it ends. */
export function openGrants(folder: string, nowMs: number) {
  const { get, put, remove, close } = openJournal(join(folder, "grants.jsonl"), grantSchema, ({ expiresAtMs }) => expiresAtMs > nowMs);
  return { get, put, remove, close };
}
export type Grants = ReturnType<typeof openGrants>;
