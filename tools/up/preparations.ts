import path from "node:path";
import { OplError } from "@opl/errors";
import { natsServerConfig } from "@opl/messaging";
import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { operatorTokens } from "../setup/ask.ts";
import { provision } from "../setup/provision.ts";
import { readSecret, services } from "../setup/secrets.ts";
import { tailOf } from "./server-process.ts";
import { waitFor } from "./wait-for.ts";

/** The registration at the bank is one conversation of a few seconds; a bank that takes longer than this does not answer. */
const registeredWithinMs = 120_000;

/** What is done once, before or during a start, with libraries that nothing needs afterwards. */
export const preparations = { natsConfig, makeSchemas, awaitRegistration };

/** The text of nats-server.conf with the passwords of this installation. */
async function natsConfig({ secretsDir, port, storeDir }: { readonly secretsDir: string; readonly port: number; readonly storeDir: string }): Promise<string> {
  const password = (user: string): string => readSecret(path.join(secretsDir, user, "nats-password"));
  return natsServerConfig({
    host: "127.0.0.1",
    port,
    storeDir,
    users: services.map((service) => ({ service, password: password(service) })),
    operatorPassword: password("operator"),
  });
}

/** The database when it is missing, and a schema and a role for each service in it. @returns the URL of that database */
async function makeSchemas({
  adminUrl,
  database,
  secretsDir,
}: {
  readonly adminUrl: string;
  readonly database: string;
  readonly secretsDir: string;
}): Promise<string> {
  await using admin = openDatabase<{ pg_database: { datname: string } }>({ url: adminUrl, schema: "public", applicationName: "up", poolSize: 1 });
  const { rows } = await sql`select 1 from pg_database where datname = ${database}`.execute(admin.db);
  if (rows.length === 0) await sql.raw(`create database ${database}`).execute(admin.db);
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  await provision(url.href, secretsDir);
  return url.href;
}

interface Registration {
  readonly registrationId: string;
  readonly aspspId: string;
  readonly status: string;
  readonly lastError: { readonly code: string; readonly message: string } | null;
}

/**
 * Whether our registrations, newest first, let people connect the bank that is for them; null while that is open. A completed one stays in
 * use when the bank refuses its renewal; without one, a refusal will not turn into a yes by waiting. The other banks nobody waits for.
 * `unknown` names one of which nobody knows whether the bank took it.
 */
export function outcomeOf(all: readonly Registration[]): { readonly refused: Registration["lastError"] } | { readonly unknown: string } | null {
  const registrations = all.filter(({ aspspId }) => aspspId === "op");
  if (registrations.some(({ status }) => status === "completed")) return { refused: null };
  const [newest] = registrations;
  if (newest?.status !== "failed") return null;
  return newest.lastError?.code === "ERR_REGISTRATION_OUTCOME_UNKNOWN" ? { unknown: newest.registrationId } : { refused: newest.lastError };
}

/**
 * Resolves when tpp-registry has registered at a bank.
 * @throws ERR_UP_NOT_REGISTERED when the bank refused, ERR_UP_NOT_READY after two minutes
 */
async function awaitRegistration({ url, secretsDir, logFile }: { readonly url: string; readonly secretsDir: string; readonly logFile: string }): Promise<void> {
  const tokens = operatorTokens(secretsDir);
  const ask = async (path: string, method: "GET" | "POST") =>
    (await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${await tokens.issue("tpp-registry")}` } })).text();
  const { refused } = await waitFor(
    async () => {
      const { registrations }: { registrations: Registration[] } = JSON.parse(await ask("/registrations", "GET"));
      const outcome = outcomeOf(registrations);
      if (outcome === null || !("unknown" in outcome)) return outcome;
      // Killed while the bank was registering. It is our own sandbox, where a client that nobody knows harms nobody.
      await ask(`/registrations/${outcome.unknown}/retry`, "POST");
      return null;
    },
    registeredWithinMs,
    () => `The registration at the sandbox bank did not complete; the log of tpp-registry ends with:\n${tailOf(logFile)}`,
  );
  if (refused !== null)
    throw new OplError({
      code: "ERR_UP_NOT_REGISTERED",
      kind: "rejected",
      message: `The sandbox bank refused the registration (${refused.code}): ${refused.message}`,
    });
}
