import { connectMessaging, purgePsu, startRelay } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { listen, migrate, openDatabase } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { createHttpServer, createServiceTokens, dependsOn, deterministicId, newId, startTimer, systemClock } from "@opl/service";
import type { App, Clock, ServiceTokens } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { createBankGateway } from "./clients/bank-gateway.ts";
import type { BankGateway } from "./clients/bank-gateway.ts";
import { settingsOf } from "./config.ts";
import type { Config } from "./config.ts";
import type { IngestDatabase } from "./db/tables.ts";
import { consumers } from "./events/index.ts";
import { routes } from "./http/index.ts";
import { startSyncRunner } from "./jobs/sync-runner.ts";
import { startSyncSchedule } from "./jobs/sync-schedule.ts";
import type { IngestContext } from "./usecases/context.ts";
import { forgetOldSyncs } from "./usecases/forget-old-syncs.ts";
import { planScheduledSyncs } from "./usecases/plan-scheduled-syncs.ts";
import { PsuPresence } from "./usecases/psu-presence.ts";
import { purgeErasedPsus } from "./usecases/purge-erased-psus.ts";

const service = "ingest";
const migrations = new URL("../migrations/", import.meta.url);

/** Parts a test may replace; what it gives stays its own to close. */
export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly database?: Database<IngestDatabase>;
  readonly messaging?: Messaging;
  readonly tokens?: ServiceTokens;
  readonly bankGateway?: BankGateway;
}

/** Builds the service in the order in which its parts need each other; disposing takes it down in the reverse one. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ name: service, level: config.OPL_LOG_LEVEL });
  const clock = overrides.clock ?? systemClock;
  const connection = overrides.database?.connection ?? { url: config.OPL_DATABASE_URL, password: config.OPL_DATABASE_PASSWORD_FILE?.reveal() };

  const database =
    overrides.database ??
    stack.use(
      openDatabase<IngestDatabase>({ ...connection, schema: config.OPL_DATABASE_SCHEMA, applicationName: service, poolSize: config.OPL_DATABASE_POOL_SIZE }),
    );
  await migrate(database, { directory: migrations, logger });
  const tokens = overrides.tokens ?? createServiceTokens({ service, privateJwk: config.OPL_SERVICE_KEY_FILE, jwks: config.OPL_SERVICE_JWKS_FILE });
  const messaging =
    overrides.messaging ??
    stack.use(
      await connectMessaging({
        url: config.OPL_NATS_URL,
        user: config.OPL_NATS_USER,
        password: config.OPL_NATS_PASSWORD_FILE?.reveal(),
        name: service,
        logger,
      }),
    );
  stack.use(startRelay({ database, messaging, owner: service, logger, stream: { replicas: config.OPL_NATS_REPLICAS } }));

  const context: IngestContext & { readonly presence: PsuPresence } = {
    db: database.db,
    clock,
    newId,
    nameId: (name) => deterministicId(service, name),
    bankGateway: overrides.bankGateway ?? createBankGateway(config.OPL_BANK_GATEWAY_URL, tokens),
    syncChannel: `syncs_${database.schema}`,
    settings: settingsOf(config),
    presence: new PsuPresence(clock),
  };
  const syncRunner = stack.use(startSyncRunner({ context, syncsAtOnce: config.OPL_SYNCS_AT_ONCE, pollMs: 500, logger }));
  stack.use(listen({ ...connection, channel: context.syncChannel, onNotify: () => syncRunner.wake(), applicationName: `${service}-listen` }));
  for (const start of consumers) stack.use(start({ ...context, consumer: { database, messaging, service, logger } }));
  stack.use(
    await startSyncSchedule({
      ...connection,
      schema: database.schema,
      logger,
      jobs: [
        { name: "scheduled-syncs", cron: "* * * * *", run: () => planScheduledSyncs(context) },
        { name: "old-syncs", cron: "17 3 * * *", run: () => forgetOldSyncs(context) },
      ],
    }),
  );
  stack.use(
    startTimer({
      name: "purge-erased-psus",
      everyMs: 10_000,
      logger,
      run: () => purgeErasedPsus({ ...context, purgeFacts: (psuId) => purgePsu(messaging, service, psuId) }),
    }),
  );

  const http = stack.use(
    await createHttpServer({
      name: service,
      logger,
      tokens,
      routes: routes({ ...context, syncRunner }),
      health: dependsOn(database, messaging),
    }),
  );
  const address = await http.listen({ host: config.OPL_HTTP_HOST, port: config.OPL_HTTP_PORT });
  const all = stack.move();
  return { address, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
