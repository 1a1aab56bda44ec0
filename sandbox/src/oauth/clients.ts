import { join } from "node:path";
import { z } from "zod";
import { openJournal } from "../state/journal.ts";

/** A client by dynamic registration: the claims as the bank took them. */
export const registeredClientSchema = z.object({
  source: z.literal("registration"),
  clientId: z.string(),
  issuedAt: z.number(),
  softwareId: z.string(),
  clientName: z.string().optional(),
  orgName: z.string(),
  jwksUri: z.string(),
  claims: z.record(z.string(), z.unknown()),
});
export type RegisteredClient = z.infer<typeof registeredClientSchema>;

/** The register of a bank; `T` has what else it knows beside registered clients. */
export interface ClientRegister<T extends { readonly clientId: string } = RegisteredClient> {
  get(clientId: string): T | RegisteredClient | undefined;
  put(clientId: string, client: T | RegisteredClient): void;
  remove(clientId: string): void;
}

export function openRegisteredClients(folder: string) {
  const { get, put, remove, values, close } = openJournal<RegisteredClient>(join(folder, "clients.jsonl"), registeredClientSchema);
  return { get, put, remove, values, close };
}

const grantSchema = z.object({ payload: z.record(z.string(), z.unknown()), expiresAtMs: z.number() });
type Grant = z.infer<typeof grantSchema>;

/** Tokens and used identifiers of the authorization server, each under a digest until it ends. */
export function openGrants(folder: string, nowMs: number) {
  const { get, put, remove, entries, close } = openJournal(join(folder, "grants.jsonl"), grantSchema, ({ expiresAtMs }) => expiresAtMs > nowMs);
  const removeWhere = (gone: (grant: Grant) => boolean): number => {
    const hit = [...entries()].filter(([, grant]) => gone(grant));
    for (const [id] of hit) remove(id);
    return hit.length;
  };
  const changeWhere = (hits: (grant: Grant) => boolean, change: (grant: Grant) => Grant): number => {
    const hit = [...entries()].filter(([, grant]) => hits(grant));
    for (const [id, grant] of hit) put(id, change(grant));
    return hit.length;
  };
  return { get, put, remove, removeWhere, changeWhere, close };
}
export type Grants = ReturnType<typeof openGrants>;
