import { secretFile, url } from "@opl/service";
import { z } from "zod";

const bank = "UK sandbox bank";
const https = (about: string) => url("https").optional().describe(`${bank}: ${about}`);

/** What an operator can set about this bank. Without its issuer it is not offered. */
export const ukSandboxSettings = z.object({
  UK_ISSUER: https("issuer of its authorization server; /register, /token and /jwks below it are the other addresses"),
  UK_AUDIENCE: z.string().min(1).max(100).optional().describe(`${bank}: its id in the directory, the audience of a registration request; else its issuer`),
  UK_REGISTRATION: z
    .enum(["dcr", "manual"])
    .default("dcr")
    .describe(`${bank}: how it gets to know us: by dynamic client registration, or at its developer portal, whose credentials an operator enters`),
  UK_REGISTRATION_TYPE: z.enum(["application/jwt", "application/jose"]).default("application/jwt").describe(`${bank}: content type of a registration request`),
  UK_CLIENT_AUTHENTICATION: z
    .enum(["tls_client_auth", "private_key_jwt"])
    .default("tls_client_auth")
    .describe(`${bank}: how we authenticate at the token endpoint`),
  UK_SUBJECT_SPELLING: z.enum(["hex", "text", "name"]).default("hex").describe(`${bank}: how organizationIdentifier is written in tls_client_auth_subject_dn`),
  UK_DIRECTORY_URL: https("directory that vouches for our software; without it we sign the statement ourselves"),
  UK_DIRECTORY_TOKEN_FILE: secretFile().optional().describe(`${bank}: file with the API token of the directory`),
  UK_CA_BUNDLE_PATH: z
    .string()
    .min(1)
    .optional()
    .describe(`${bank}: PEM file of roots to trust for bank and directory instead of the system, for a sandbox with its own authority`),
});

export type UkSandboxSettings = z.output<typeof ukSandboxSettings>;
