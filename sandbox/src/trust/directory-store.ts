import { join } from "node:path";
import { z } from "zod";
import { openJournal } from "../state/journal.ts";

export const softwareRoles = ["AISP", "PISP", "CBPII"] as const;

const organisationSchema = z.object({
  orgId: z.string(),
  organizationIdentifier: z.string(),
  name: z.string(),
  roles: z.array(z.enum(softwareRoles)),
});
export type Organisation = z.infer<typeof organisationSchema>;

const keySchema = z.object({
  kid: z.string(),
  use: z.enum(["tls", "sig"]),
  /** Base64 DER: leaf, then intermediate. */
  x5c: z.array(z.string()),
  thumbprint: z.string(),
  notAfter: z.string(),
  revoked: z.boolean(),
});
export type SoftwareKey = z.infer<typeof keySchema>;

const softwareSchema = z.object({
  softwareId: z.string(),
  orgId: z.string(),
  version: z.number(),
  clientName: z.string(),
  clientDescription: z.string(),
  clientUri: z.string(),
  redirectUris: z.array(z.string()),
  roles: z.array(z.enum(softwareRoles)),
  logoUri: z.string().optional(),
  policyUri: z.string().optional(),
  tosUri: z.string().optional(),
  keys: z.array(keySchema),
});
export type Software = z.infer<typeof softwareSchema>;

export function openOrganisations(folder: string) {
  const { get, put, values, close } = openJournal<Organisation>(join(folder, "organisations.jsonl"), organisationSchema);
  const withIdentifier = (identifier: string): Organisation | undefined => [...values()].find((each) => each.organizationIdentifier === identifier);
  return { get, put, values, close, withIdentifier };
}
export type Organisations = ReturnType<typeof openOrganisations>;

export function openSoftware(folder: string) {
  const { get, put, values, close } = openJournal<Software>(join(folder, "software.jsonl"), softwareSchema);
  return { get, put, values, close, of: (orgId: string): Software[] => [...values()].filter((each) => each.orgId === orgId) };
}
export type SoftwareStore = ReturnType<typeof openSoftware>;
