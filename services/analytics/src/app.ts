import { type Messaging, connectMessaging, declareStream, publish, purgePsu, startRelay } from "@opl/messaging";
import { type Database, inTransaction, migrate, openDatabase } from "@opl/postgres";
import { type App, type Clock, type ServiceTokens, createHttpServer, createServiceTokens, dependsOn, systemClock } from "@opl/service";
import { type Logger, createLogger } from "@opl/telemetry";
import { type IngestClient, createIngestClient } from "./clients/ingest.ts";
import type { Config } from "./config.ts";
import { markUnsettledByRules } from "./db/person-store.ts";
import type { Tables } from "./db/tables.ts";
import { rulesVersion } from "./domain/category-rules/index.ts";
import { startConsumers } from "./events/index.ts";
import { routes } from "./http/index.ts";
import { startErasurePurger } from "./jobs/erasure-purger.ts";
import { startRulesWatch } from "./jobs/rules-watch.ts";
import { startSettleRunner } from "./jobs/settle-runner.ts";
import type { AnalyticsContext } from "./usecases/context.ts";

const service = "analytics";
/** A rebuild answers when it is done. */
const handlerMs = 600_000;

/** Any part, replaced in a test. */
export interface Overrides {
  readonly logger?: Logger;
  readonly database?: Database<Tables>;
  readonly messaging?: Messaging;
  readonly tokens?: ServiceTokens;
  readonly ingest?: IngestClient;
  readonly clock?: Clock;
  readonly settling?: AnalyticsContext["settling"];
}

export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ name: service, level: config.OPL_LOG_LEVEL });

  const database = overrides.database ?? stack.use(connectDatabase(config, logger));
  await migrate(database, { directory: new URL("../migrations/", import.meta.url), logger });

  const messaging = overrides.messaging ?? stack.use(await connectMessaging({ ...natsOptions(config), name: service, logger }));
  const stream = { replicas: config.OPL_NATS_REPLICAS };
  await declareStream(messaging, service, stream);
  stack.use(startRelay({ database, messaging, owner: service, logger, stream }));

  const tokens = overrides.tokens ?? createServiceTokens({ service, privateJwk: config.OPL_SERVICE_KEY_FILE, jwks: config.OPL_SERVICE_JWKS_FILE });
  const ctx: AnalyticsContext = {
    db: database.db,
    clock: overrides.clock ?? systemClock,
    timeZone: config.OPL_BANK_TIME_ZONE,
    publish,
    ingest: overrides.ingest ?? createIngestClient(config.OPL_INGEST_URL, tokens),
    purgeFacts: (psuId) => purgePsu(messaging, service, psuId),
    settling: overrides.settling ?? { pauseMs: 500, atMostMs: 3_000 },
  };
  // Also by newer ones: after a way back to this version its rules decide again.
  await inTransaction(database.db, (tx) => markUnsettledByRules(tx, "other", rulesVersion, ctx.clock.now()));

  const http = stack.use(
    await createHttpServer({
      name: service,
      logger,
      tokens,
      routes: routes(ctx),
      limits: { handlerMs },
      health: dependsOn(database, messaging),
    }),
  );
  for (const consumer of startConsumers(ctx, database, messaging, logger)) stack.use(consumer);
  stack.use(startSettleRunner(ctx, logger));
  stack.use(startRulesWatch(ctx, logger));
  stack.use(startErasurePurger(ctx, logger));

  const address = await http.listen({ host: config.OPL_HTTP_HOST, port: config.OPL_HTTP_PORT });
  const parts = stack.move();
  return { address, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function connectDatabase(config: Config, logger: Logger): Database<Tables> {
  return openDatabase<Tables>({
    url: config.OPL_DATABASE_URL,
    password: config.OPL_DATABASE_PASSWORD_FILE?.reveal(),
    schema: "opl_analytics",
    applicationName: service,
    poolSize: config.OPL_DATABASE_POOL_SIZE,
    onIdleError: (error) => logger.warn({ err: error }, "a database connection was lost"),
  });
}

function natsOptions(config: Config) {
  return { url: config.OPL_NATS_URL, user: config.OPL_NATS_USER, password: config.OPL_NATS_PASSWORD_FILE?.reveal() };
}
