import { join } from "node:path";
import { z } from "zod";
import { openJournal } from "../state/journal.ts";

/** Scope of each licence role. */
export const scopeOfRole = { AIS: "accounts", PIS: "payments", CBPII: "fundsconfirmations" } as const;

const roleSchema = z.enum(["AIS", "PIS", "CBPII"]);

const clientSchema = z.object({
  clientId: z.string(),
  clientIdIssuedAt: z.number(),
  clientSecretDigest: z.string(),
  apiKey: z.string(),
  clientName: z.string(),
  clientUri: z.string().optional(),
  orgName: z.string(),
  orgId: z.string(),
  softwareId: z.string(),
  roles: z.array(roleSchema),
  redirectUris: z.array(z.string()),
  grantTypes: z.array(z.string()),
  jwksEndpoint: z.string(),
  /** SHA-256 of the QWAC that registered. */
  qwac: z.string(),
  registeredAt: z.string(),
});
export type Client = z.infer<typeof clientSchema>;

const tppSchema = z.object({
  tppId: z.string(),
  commonName: z.string(),
  country: z.string(),
  roles: z.array(roleSchema),
  issuedAt: z.string(),
  /** Public keys with their certificates, as published. */
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
});
export type Tpp = z.infer<typeof tppSchema>;

export function openClients(folder: string) {
  const clients = openJournal<Client>(join(folder, "clients.jsonl"), clientSchema);
  return {
    ...pick(clients),
    withApiKey: (apiKey: string): Client | undefined => [...clients.values()].find((client) => client.apiKey === apiKey),
  };
}
export type Clients = ReturnType<typeof openClients>;

export function openTpps(folder: string) {
  return pick(openJournal<Tpp>(join(folder, "tpps.jsonl"), tppSchema));
}
export type Tpps = ReturnType<typeof openTpps>;

function pick<T>({ get, put, values, close }: ReturnType<typeof openJournal<T>>) {
  return { get, put, values, close };
}
