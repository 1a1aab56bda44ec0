import { existsSync } from "node:fs";
import path from "node:path";
import { isOplError } from "@opl/errors";
import { natsServerConfig } from "@opl/messaging";
import { ask } from "./ask.ts";
import { keepDemoLogins, keepSandboxSecrets } from "./demo-secrets.ts";
import { kubernetesObjects } from "./kubernetes.ts";
import { makeOperatorKey, makeSecrets, keepSecret, readSecret, services, writePrivate } from "./secrets.ts";
import { provision } from "./provision.ts";

/**
 * What a deployment needs before its first service starts, and a way to ask its services; for Compose and for clusters without a secret store
 * (with the Node of the packages: npx node …):
 *   node tools/setup/main.ts secrets     makes every secret and the NATS configuration under OPL_SECRETS_DIR
 *   node tools/setup/main.ts provision   makes schemas and roles in Postgres at OPL_ADMIN_DATABASE_URL
 *   node tools/setup/main.ts kubernetes  prints the secrets as objects for `kubectl apply -f -`
 *   node tools/setup/main.ts ask <service> <method> <path> [json | -]   asks a service as the operator and prints its answer; needs no OPL_SECRETS_DIR beside npm start
 *   node tools/setup/main.ts operator-key <name>   makes one person's key under OPL_SECRETS_DIR and prints its public half
 * All may run again; nothing that exists is replaced.
 */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set.`);
  return value;
}

function secrets(secretsDir: string): void {
  makeSecrets(secretsDir);
  keepSecret(path.join(secretsDir, "postgres"), "admin-password");
  keepSandboxSecrets(secretsDir);
  keepDemoLogins(secretsDir);
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
}

async function makeRoles(secretsDir: string): Promise<void> {
  const url = new URL(required("OPL_ADMIN_DATABASE_URL"));
  const passwordFile = path.join(secretsDir, "postgres", "admin-password");
  if (url.password === "" && existsSync(passwordFile)) url.password = readSecret(passwordFile);
  await provision(url.href, secretsDir);
}

function printObjects(secretsDir: string): void {
  process.stdout.write(`${JSON.stringify({ apiVersion: "v1", kind: "List", items: kubernetesObjects(secretsDir) }, null, 2)}\n`);
}

async function printAnswer(): Promise<void> {
  process.stdout.write(`${await ask(process.argv.slice(3), process.env)}\n`);
}

function printOperatorKey(directory: string): void {
  process.stdout.write(`${JSON.stringify(makeOperatorKey(directory, process.argv[3] ?? ""))}\n`);
}

const inSecrets = (command: (secretsDir: string) => void | Promise<void>) => () => command(required("OPL_SECRETS_DIR"));
const commands = new Map<string | undefined, () => void | Promise<void>>([
  ["secrets", inSecrets(secrets)],
  ["provision", inSecrets(makeRoles)],
  ["kubernetes", inSecrets(printObjects)],
  ["ask", printAnswer],
  ["operator-key", inSecrets(printOperatorKey)],
]);
const command = commands.get(process.argv[2]);
if (command === undefined) {
  process.stderr.write(`Usage: OPL_SECRETS_DIR=… npx node tools/setup/main.ts ${[...commands.keys()].join(" | ")}\n`);
  process.exitCode = 64;
} else {
  try {
    await command();
  } catch (error) {
    if (!isOplError(error)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
