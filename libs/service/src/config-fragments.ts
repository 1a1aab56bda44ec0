import { z } from "zod";
import { integer, jsonFile, secretFile, url } from "./config.ts";

/** Variables every service with an HTTP server has; spread into its `z.object`. */
export const httpConfig = {
  OPL_HTTP_HOST: z.string().default("127.0.0.1").describe("address to listen on; 0.0.0.0 inside a container"),
  OPL_HTTP_PORT: integer(0, 65_535).describe("port to listen on; 0 takes a free one"),
};

export const databaseConfig = {
  OPL_DATABASE_URL: url("postgres", "postgresql").describe("Postgres, with this service's own role"),
  OPL_DATABASE_PASSWORD_FILE: secretFile().optional().describe("file with the password of the role, unless it is in the URL"),
  OPL_DATABASE_POOL_SIZE: integer(1, 200).prefault("8").describe("connections at the most"),
};

export const natsConfig = {
  OPL_NATS_URL: url("nats", "tls").describe("the NATS server"),
  OPL_NATS_USER: z.string().optional().describe("this service's own NATS user"),
  OPL_NATS_PASSWORD_FILE: secretFile().optional().describe("file with the password of the NATS user"),
  OPL_NATS_REPLICAS: integer(1, 5).prefault("1").describe("servers that keep this service's facts: 3 where NATS is a cluster; may grow, never shrink"),
};

const jwk = z.looseObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), kid: z.string() });

export const serviceTokenConfig = {
  OPL_SERVICE_KEY_FILE: secretFile().describe("file with the private Ed25519 JWK this service signs its tokens with"),
  OPL_SERVICE_JWKS_FILE: jsonFile(z.object({ keys: z.array(jwk).min(1) })).describe("file with the public keys of all services as JWKS; kid = service name"),
};

export const logConfig = {
  OPL_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info").describe("least severe level that is logged"),
};
