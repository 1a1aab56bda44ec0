import { url } from "@opl/service";
import { z } from "zod";

/** What an operator can set about this bank. Without its address it is not offered. */
export const berlinGroupSandboxSettings = z.object({
  BG_XS2A_BASE_URL: url("https").optional().describe("Berlin Group sandbox bank: base address of its XS2A interface, before /v1"),
  BG_CA_BUNDLE_PATH: z
    .string()
    .min(1)
    .optional()
    .describe("Berlin Group sandbox bank: PEM file of roots to trust instead of the system, for a sandbox with its own authority"),
});

export type BerlinGroupSandboxSettings = z.output<typeof berlinGroupSandboxSettings>;
