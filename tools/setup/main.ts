import { existsSync } from "node:fs";
import path from "node:path";
import { natsServerConfig } from "@opl/messaging";
import { makeSecrets, keepSecret, readSecret, services, writePrivate } from "./secrets.ts";
import { provision } from "./provision.ts";

/**
 * What a fresh deployment needs before its first service starts, for Compose and for clusters without a secret store:
 *   node tools/setup/main.ts secrets     makes every secret and the NATS configuration under OPL_SECRETS_DIR
 *   node tools/setup/main.ts provision   makes schemas and roles in Postgres at OPL_ADMIN_DATABASE_URL
 * Both may run again; nothing that exists is replaced.
 */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set.`);
  return value;
}

const secretsDir = required("OPL_SECRETS_DIR");
const command = process.argv[2];
if (command === "secrets") {
  makeSecrets(secretsDir);
  keepSecret(path.join(secretsDir, "postgres"), "admin-password");
  writePrivate(
    path.join(secretsDir, "nats", "nats.conf"),
    natsServerConfig({
      host: "0.0.0.0",
      port: 4222,
      storeDir: "/data",
      monitorPort: 8222,
      users: services.map((service) => ({ service, password: readSecret(path.join(secretsDir, service, "nats-password")) })),
      operatorPassword: readSecret(path.join(secretsDir, "operator", "nats-password")),
    }),
  );
} else if (command === "provision") {
  const url = new URL(required("OPL_ADMIN_DATABASE_URL"));
  const passwordFile = path.join(secretsDir, "postgres", "admin-password");
  if (url.password === "" && existsSync(passwordFile)) url.password = readSecret(passwordFile);
  await provision(url.href, secretsDir);
} else {
  process.stderr.write("Usage: node tools/setup/main.ts secrets | provision\n");
  process.exitCode = 64;
}
