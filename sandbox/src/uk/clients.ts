import { join } from "node:path";
import { z } from "zod";
import { registeredClientSchema } from "../oauth/clients.ts";
import { openJournal } from "../state/journal.ts";

/** A client by the developer portal: a person typed it in and copied the secret. */
const portalSchema = z.object({
  source: z.literal("portal"),
  clientId: z.string(),
  issuedAt: z.number(),
  clientName: z.string(),
  redirectUris: z.array(z.string()),
  scope: z.string(),
  method: z.enum(["client_secret_basic", "client_secret_post"]),
  secretDigest: z.string(),
});

const clientSchema = z.discriminatedUnion("source", [registeredClientSchema, portalSchema]);
export type UkClient = z.infer<typeof clientSchema>;

export function openUkClients(folder: string) {
  const { get, put, remove, values, close } = openJournal<UkClient>(join(folder, "clients.jsonl"), clientSchema);
  return { get, put, remove, values, close };
}
export type UkClients = ReturnType<typeof openUkClients>;
