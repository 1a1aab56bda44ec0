import { secretFile, url } from "@opl/service";
import { z } from "zod";
import { isLoopbackHost } from "../../egress/address-guard.ts";

const bank = "FAPI sandbox banks";

/** What an operator can set about these banks. Without their address they are not offered. */
export const fapiSandboxSettings = z.object({
  FAPI_SANDBOX_URL: url("https").optional().describe(`${bank}: where their servers are called; the issuers are /fapi1, /fapi2 and /decoupled below it`),
  FAPI_SANDBOX_PAGES_URL: url("https", "http")
    .refine((text) => text.startsWith("https:") || isLoopbackHost(new URL(text).hostname), "expected https, unless the banks run on this machine")
    .optional()
    .describe(`${bank}: where their pages are, if elsewhere`),
  FAPI_SANDBOX_BINDING: z.enum(["dpop", "certificate"]).default("dpop").describe(`${bank}: what fapi2 binds our tokens to`),
  FAPI_SANDBOX_ANSWERS: z.enum(["plain", "signed"]).default("plain").describe(`${bank}: how fapi2 answers; fapi1 always signs`),
  FAPI_SANDBOX_DIRECTORY_URL: url("https").optional().describe(`${bank}: directory that vouches for our software; without it we sign the statement ourselves`),
  FAPI_SANDBOX_DIRECTORY_TOKEN_FILE: secretFile().optional().describe(`${bank}: file with the API token of the directory`),
  FAPI_SANDBOX_CA_BUNDLE_PATH: z
    .string()
    .min(1)
    .optional()
    .describe(`${bank}: PEM file of roots to trust for banks and directory instead of the system, for a sandbox with its own authority`),
});

export type FapiSandboxSettings = z.output<typeof fapiSandboxSettings>;
