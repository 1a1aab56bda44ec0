import { connectMessaging, declareStream, startRelay } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { migrate, openDatabase } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { createHttpServer, createServiceTokens, newId, systemClock } from "@opl/service";
import type { App, Clock, ServiceTokens } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { createBankGateway } from "./clients/bank-gateway.ts";
import type { BankGateway } from "./clients/bank-gateway.ts";
import type { Config } from "./config.ts";
import type { RegistryContext } from "./context.ts";
import { softwareClientId } from "./db/profile-store.ts";
import type { TppRegistryTables } from "./db/tables.ts";
import { routes } from "./http/index.ts";
import { startCertificateClock } from "./jobs/certificate-clock.ts";
import { startRegistrar } from "./jobs/registrar.ts";

const service = "tpp-registry";

/** Any part, replaced in a test. */
export interface Overrides {
  readonly logger?: Logger;
  readonly database?: Database<TppRegistryTables>;
  readonly messaging?: Messaging;
  readonly tokens?: ServiceTokens;
  readonly bankGateway?: BankGateway;
  readonly clock?: Clock;
}

export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ name: service, level: config.OPL_LOG_LEVEL });
  const clock = overrides.clock ?? systemClock;

  const database = overrides.database ?? stack.use(connectDatabase(config, logger));
  await migrate(database, { directory: new URL("../migrations/", import.meta.url), schema: database.schema, logger });

  const messaging = overrides.messaging ?? stack.use(await connectMessaging({ ...natsOptions(config), name: service, logger }));
  const stream = { replicas: config.OPL_NATS_REPLICAS };
  await declareStream(messaging, service, stream);
  stack.use(startRelay({ database, messaging, owner: service, logger, stream }));

  const tokens = overrides.tokens ?? createServiceTokens({ service, privateJwk: config.OPL_SERVICE_KEY_FILE, jwks: config.OPL_SERVICE_JWKS_FILE });
  const ctx: RegistryContext = {
    db: database.db,
    clock,
    newId,
    bankGateway: overrides.bankGateway ?? createBankGateway(config.OPL_BANK_GATEWAY_URL, tokens),
    profile: {
      softwareClientId: await softwareClientId(database.db, newId(), clock.now()),
      name: config.OPL_TPP_NAME,
      country: config.OPL_TPP_COUNTRY,
      roles: config.OPL_TPP_ROLES,
      organisationName: config.OPL_TPP_ORG_NAME,
      contacts: config.OPL_TPP_CONTACTS,
      clientName: config.OPL_TPP_SOFTWARE_CLIENT_NAME,
      clientUri: config.OPL_TPP_SOFTWARE_CLIENT_URI,
      publicOrigin: config.OPL_PUBLIC_ORIGIN,
    },
  };

  const registrar = stack.use(startRegistrar(ctx, { wanted: config.OPL_TPP_ASPSPS, renewBeforeDays: config.OPL_TPP_RENEW_BEFORE_DAYS }, logger));
  stack.use(startCertificateClock(ctx, logger));
  const http = stack.use(
    await createHttpServer({
      name: service,
      logger,
      tokens,
      routes: routes(ctx, () => registrar.wake()),
      health: {
        ready: async () => ({
          postgres: await database.ping().then(
            () => "ok",
            () => "no answer",
          ),
          nats: messaging.isConnected() ? "ok" : "not connected",
        }),
      },
    }),
  );

  const address = await http.listen({ host: config.OPL_HTTP_HOST, port: config.OPL_HTTP_PORT });
  const parts = stack.move();
  return { address, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function connectDatabase(config: Config, logger: Logger): Database<TppRegistryTables> {
  return openDatabase<TppRegistryTables>({
    url: config.OPL_DATABASE_URL,
    password: config.OPL_DATABASE_PASSWORD_FILE?.reveal(),
    schema: "opl_tpp_registry",
    applicationName: service,
    poolSize: config.OPL_DATABASE_POOL_SIZE,
    onIdleError: (error) => logger.warn({ err: error }, "a database connection was lost"),
  });
}

function natsOptions(config: Config) {
  return { url: config.OPL_NATS_URL, user: config.OPL_NATS_USER, password: config.OPL_NATS_PASSWORD_FILE?.reveal() };
}
