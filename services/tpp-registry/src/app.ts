import { connectMessaging, declareStream, startRelay } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { migrate, openDatabase } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { createHttpServer, createServiceTokens, dependsOn, newId, systemClock } from "@opl/service";
import type { App, Clock, ServiceTokens } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { createBankGateway } from "./clients/bank-gateway.ts";
import type { BankGateway } from "./clients/bank-gateway.ts";
import { type Config, firstDocument } from "./config.ts";
import type { RegistryContext } from "./context.ts";
import { softwareClientId } from "./db/profile-store.ts";
import type { TppRegistryTables } from "./db/tables.ts";
import { routes } from "./http/index.ts";
import { startCertificateClock } from "./jobs/certificate-clock.ts";
import { startDirectoryWatch } from "./jobs/directory-watch.ts";
import { startDriftWatch } from "./jobs/drift-watch.ts";
import { startRegistrar } from "./jobs/registrar.ts";
import { adoptFile } from "./usecases/apply-desired-state.ts";
import { keepTerms } from "./usecases/keep-terms.ts";

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
  await migrate(database, { directory: new URL("../migrations/", import.meta.url), logger });

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
    softwareClientId: await softwareClientId(database.db, newId(), clock.now()),
    environmentDocument: firstDocument(config),
    renewBeforeDays: config.OPL_TPP_RENEW_BEFORE_DAYS,
  };

  await keepTerms(ctx);
  if (config.OPL_TPP_FILE !== undefined) await adoptFile(ctx, config.OPL_TPP_FILE);

  const registrar = stack.use(startRegistrar(ctx, logger));
  const wake = (): void => registrar.wake();
  stack.use(startDirectoryWatch(ctx, config.OPL_TPP_DIRECTORY_CHECK_SECONDS, wake, logger));
  stack.use(startDriftWatch(ctx, config.OPL_TPP_DRIFT_CHECK_SECONDS, wake, logger));
  const keepDays = config.OPL_TPP_JWKS_KEEP_DAYS;
  stack.use(startCertificateClock(ctx, { renewBeforeDays: config.OPL_TPP_RENEW_BEFORE_DAYS, keepDays }, logger));
  const http = stack.use(
    await createHttpServer({
      name: service,
      logger,
      tokens,
      routes: routes(ctx, { driftCheckSeconds: config.OPL_TPP_DRIFT_CHECK_SECONDS, keepKeysDays: keepDays }, wake),
      health: dependsOn(database, messaging),
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
