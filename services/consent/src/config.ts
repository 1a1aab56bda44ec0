import { databaseConfig, httpConfig, logConfig, natsConfig, parseConfig, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";

/** The environment of this service. */
export const configSchema = z.object({
  ...httpConfig,
  ...databaseConfig,
  ...natsConfig,
  ...serviceTokenConfig,
  ...logConfig,
  OPL_PUBLIC_ORIGIN: url("https", "http")
    .refine((text) => URL.canParse(text) && new URL(text).origin === text, "expected an origin: scheme, host and port, no path and no final slash")
    .refine((text) => text.startsWith("https://") || URL.parse(text)?.hostname === "localhost", "expected https; plain http only on localhost")
    .describe("where people reach the product; banks send them back to <origin>/connect/return/<bank>"),
  OPL_BANK_GATEWAY_URL: url("http", "https").describe("the bank-gateway service"),
});
export type Config = z.output<typeof configSchema>;

export function readConfig(): Config {
  return parseConfig(configSchema, process.env, { service: "consent" });
}
