import { createServiceTokens } from "@opl/service";
import { silentLogger, testDatabase, type TestDatabase, testMessaging } from "@opl/testkit";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import type { StandInGateway } from "./gateway.ts";

export interface TestRegistry extends AsyncDisposable {
  readonly url: string;
  readonly database: TestDatabase<TppRegistryTables>;
}

/** Where the service's own key and the public keys of all are. */
export interface KeyFiles {
  readonly key: string;
  readonly jwks: string;
}

/** Variables of a registry that wants nothing yet; a test adds the rest. */
export function registryEnvironment({ key, jwks }: KeyFiles): Record<string, string> {
  return {
    OPL_HTTP_HOST: "127.0.0.1",
    OPL_HTTP_PORT: "0",
    OPL_NATS_URL: "nats://127.0.0.1:1",
    OPL_DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
    OPL_SERVICE_KEY_FILE: key,
    OPL_SERVICE_JWKS_FILE: jwks,
    OPL_BANK_GATEWAY_URL: "http://127.0.0.1:1",
    OPL_PUBLIC_ORIGIN: "https://ledger.example",
    OPL_TPP_NAME: "Example Ledger TPP",
    OPL_TPP_COUNTRY: "FI",
    OPL_TPP_ROLES: "AIS",
    OPL_TPP_ORG_NAME: "Example Ledger Oy",
    OPL_TPP_CONTACTS: JSON.stringify([{ name: "Support", email: "support@ledger.example" }]),
    OPL_TPP_SOFTWARE_CLIENT_NAME: "One Point Ledger",
    OPL_TPP_SOFTWARE_CLIENT_URI: "https://ledger.example",
  };
}

/** The whole service over a real database and NATS, with a gateway that is made up. */
export async function startRegistry(keys: KeyFiles, bank: StandInGateway, variables: Readonly<Record<string, string>> = {}): Promise<TestRegistry> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase<TppRegistryTables>({ service: "tpp-registry" }));
  const messaging = stack.use(await testMessaging());
  const config = readConfig({ ...registryEnvironment(keys), ...variables });
  const tokens = createServiceTokens({ service: "tpp-registry", privateJwk: config.OPL_SERVICE_KEY_FILE, jwks: config.OPL_SERVICE_JWKS_FILE });
  const app = stack.use(await createApp(config, { database: database.database, messaging, logger: silentLogger(), tokens, bankGateway: bank.gateway }));
  const parts = stack.move();
  return { url: app.address ?? "", database, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
