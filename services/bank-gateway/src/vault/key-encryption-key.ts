import { fileKek, kekInTransition, transitKek } from "@opl/sealing";
import type { KeyEncryptionKey } from "@opl/sealing";
import { url } from "@opl/service";
import { z } from "zod";

/** Where the key-encryption key is: a file, a vault, or both while moving from one to the other. */
export const kekConfig = {
  OPL_KEK_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("file with the key-encryption keys, one <id>:<base64 of 32 bytes> a line; the first one wraps, all of them open"),
  OPL_KEK_TRANSIT_URL: url("https", "http")
    .refine(isPrivateWay, "plain http goes to this machine only; anywhere else the address begins with https://")
    .optional()
    .describe("vault with the transit interface, instead of the file or beside it: https://vault.example:8200"),
  OPL_KEK_TRANSIT_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,100}$/, "expected the name of a key")
    .optional()
    .describe("name of the key in the vault, of type aes256-gcm96"),
  OPL_KEK_TRANSIT_TOKEN_FILE: z.string().min(1).optional().describe("file with the token for the vault; read again when an agent replaces it"),
  OPL_KEK_TRANSIT_MOUNT: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/, "expected a path without slashes at its ends")
    .default("transit")
    .describe("where the vault's transit engine is mounted, with the namespace in front where there is one"),
  OPL_KEK_TRANSIT_CA_PATH: z.string().min(1).optional().describe("PEM file of the CA that the vault's certificate is from; the system's roots otherwise"),
  OPL_KEK_WRAPS_WITH: z.enum(["file", "transit"]).default("transit").describe("which of the two wraps where both are set; the other one only opens"),
};

type KekConfig = z.output<z.ZodObject<typeof kekConfig>>;

/** What has to be there together. For the schema of the whole configuration: zod's `superRefine`. */
export function checkKekConfig(config: KekConfig, context: z.core.$RefinementCtx): void {
  const { OPL_KEK_FILE, OPL_KEK_TRANSIT_URL, OPL_KEK_TRANSIT_KEY, OPL_KEK_TRANSIT_TOKEN_FILE, OPL_KEK_TRANSIT_CA_PATH } = config;
  const missing = (name: keyof KekConfig): void => context.addIssue({ code: "custom", path: [name], message: "is missing" });
  const parts = { OPL_KEK_TRANSIT_URL, OPL_KEK_TRANSIT_KEY, OPL_KEK_TRANSIT_TOKEN_FILE };
  if (Object.values({ ...parts, OPL_KEK_TRANSIT_CA_PATH }).every((value) => value === undefined)) {
    if (OPL_KEK_FILE === undefined) missing("OPL_KEK_FILE");
  } else for (const [name, value] of Object.entries(parts)) if (value === undefined) missing(name as keyof KekConfig);
}

/** @throws ERR_KEYRING_UNUSABLE; the vault is not asked before the first key is needed */
export function openKek(config: KekConfig): KeyEncryptionKey {
  const { OPL_KEK_FILE, OPL_KEK_TRANSIT_URL, OPL_KEK_TRANSIT_KEY = "", OPL_KEK_TRANSIT_TOKEN_FILE = "", OPL_KEK_TRANSIT_CA_PATH } = config;
  const file = OPL_KEK_FILE === undefined ? undefined : fileKek(OPL_KEK_FILE);
  if (OPL_KEK_TRANSIT_URL === undefined) {
    if (file === undefined) throw new TypeError("The configuration names no key-encryption key.");
    return file;
  }
  const transit = transitKek({
    url: OPL_KEK_TRANSIT_URL,
    key: OPL_KEK_TRANSIT_KEY,
    mount: config.OPL_KEK_TRANSIT_MOUNT,
    tokenFile: OPL_KEK_TRANSIT_TOKEN_FILE,
    caFile: OPL_KEK_TRANSIT_CA_PATH,
  });
  if (file === undefined) return transit;
  return config.OPL_KEK_WRAPS_WITH === "transit" ? kekInTransition(transit, file) : kekInTransition(file, transit);
}

/** Tokens and data keys cross it: encrypted, or never leaving the machine. */
function isPrivateWay(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}
