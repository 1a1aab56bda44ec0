import { connectMessaging, purgePsu, startRelay } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { migrate, openDatabase } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import type { KeyEncryptionKey } from "@opl/sealing";
import { createHttpServer, createServiceTokens, dependsOn, newId, systemClock } from "@opl/service";
import type { App, Clock, ServiceTokens } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import type { BankAdapter } from "./adapters/bank-adapter.ts";
import { createBanks } from "./banks/banks.ts";
import type { BanksOptions } from "./banks/banks.ts";
import { createHealthMonitor } from "./banks/health-monitor.ts";
import { createAdapters } from "./config.ts";
import type { Config } from "./config.ts";
import type { Tables } from "./db/tables.ts";
import { createOutside } from "./egress/outside.ts";
import type { Outside } from "./egress/outside.ts";
import { createRevocationLists } from "./egress/revocation-lists.ts";
import { estEnrolment } from "./enrolment/est.ts";
import { startConsumers } from "./events/index.ts";
import { routes } from "./http/index.ts";
import { startHousekeeping } from "./jobs/housekeeping.ts";
import { startRevocationLists } from "./jobs/revocation-lists.ts";
import { startRevocationRetry } from "./jobs/revocation-retry.ts";
import { startTokenRefresh } from "./jobs/token-refresh.ts";
import type { GatewayContext } from "./usecases/context.ts";
import { recordHealth } from "./usecases/record-health.ts";
import { openKek } from "./vault/key-encryption-key.ts";
import { createVault } from "./vault/vault.ts";

const service = "bank-gateway";
const migrations = new URL("../migrations/", import.meta.url);

/** Parts a test may replace; what it gives stays its own to close. */
export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly database?: Database<Tables>;
  readonly messaging?: Messaging;
  readonly tokens?: ServiceTokens;
  readonly kek?: KeyEncryptionKey;
  readonly adapters?: readonly BankAdapter[];
  readonly egress?: Pick<BanksOptions, "limits" | "probeAfterMs" | "monotonicMs">;
}

export interface GatewayApp extends App {
  readonly address: string;
  readonly context: GatewayContext;
}

/** Builds the service in the order in which its parts need each other; disposing takes it down in the reverse one. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<GatewayApp> {
  await using stack = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ name: service, level: config.OPL_LOG_LEVEL });
  const clock = overrides.clock ?? systemClock;
  const kek = overrides.kek ?? openKek(config);
  const connection = { url: config.OPL_DATABASE_URL, password: config.OPL_DATABASE_PASSWORD_FILE?.reveal() };
  const database =
    overrides.database ??
    stack.use(openDatabase<Tables>({ ...connection, schema: config.OPL_DATABASE_SCHEMA, applicationName: service, poolSize: config.OPL_DATABASE_POOL_SIZE }));
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

  const { db } = database;
  const vault = createVault({ db, kek, clock, newId });
  const health = stack.use(createHealthMonitor({ clock, logger, onChange: (aspspId, state) => recordHealth({ db }, aspspId, state) }));
  const adapters = overrides.adapters ?? createAdapters(config);
  const egressLogger = logger.child({ subsystem: "egress" });
  const revocation = stack.use(createRevocationLists({ urls: config.OPL_CRL_URLS, clock, logger: egressLogger }));
  // No call leaves before each list was asked for once; that takes as long as one call may, and a list that does not come stops nothing.
  await revocation.refresh(new AbortController().signal);
  const banks = stack.use(createBanks({ adapters, db, vault, clock, newId, logger: egressLogger, health, revocation, ...overrides.egress }));
  const outside = stack.use(createOutside({ clock, newId, logger: egressLogger, revocation }));
  const own = {
    publicJwksUrl: config.OPL_TPP_JWKS_URL ?? "",
    enrolment: enrolmentBy(config, outside),
    trustAnchors: config.OPL_QTSP_TRUST_ANCHORS_PATH,
    subject: config.OPL_QTSP_SUBJECT_FILE,
  };
  const context: GatewayContext = { db, vault, banks, outside, own, clock, newId, logger };
  await vault.prepare("tpp", "revocations");

  for (const consumer of startConsumers({ ...context, consumer: { database, messaging, service, logger } })) stack.use(consumer);
  stack.use(startTokenRefresh(context));
  stack.use(startRevocationRetry(context));
  stack.use(startRevocationLists(revocation, logger));
  for (const job of startHousekeeping(context, kek, (psuId) => purgePsu(messaging, service, psuId))) stack.use(job);

  const http = stack.use(
    await createHttpServer({
      name: service,
      logger,
      tokens,
      routes: routes(context),
      // Certificates are the slowest: keys are generated at the bank.
      limits: { handlerMs: 60_000 },
      health: dependsOn(database, messaging),
    }),
  );
  const address = await http.listen({ host: config.OPL_HTTP_HOST, port: config.OPL_HTTP_PORT });
  const all = stack.move();
  return { address, context, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Without its address no provider is connected, and requests are carried by hand. */
function enrolmentBy({ OPL_QTSP_EST_URL: url, OPL_QTSP_SECRET_FILE: secret, OPL_QTSP_CA_BUNDLE_PATH: trustedRootsPath }: Config, outside: Outside) {
  if (url === undefined) return undefined;
  const call = outside.to({ name: "trust service provider", origin: new URL(url).origin, trustedRootsPath });
  return estEnrolment({ call, url, secret: secret?.reveal() ?? "" });
}
