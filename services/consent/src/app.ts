import { randomBytes } from "node:crypto";
import { connectMessaging, declareStream, purgePsu, startConsumer, startRelay } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { migrate, openDatabase } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { createHttpServer, createServiceTokens, dependsOn, newId, systemClock } from "@opl/service";
import type { App, Clock, ServiceTokens } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { createBankGateway } from "./clients/bank-gateway.ts";
import type { BankGateway } from "./clients/bank-gateway.ts";
import type { Config } from "./config.ts";
import type { ConsentContext } from "./context.ts";
import type { ConsentTables } from "./db/tables.ts";
import { inLockOrder } from "./events/in-lock-order.ts";
import { onAccountDiscovered } from "./events/on-account-discovered.ts";
import { onAspspConsentLost } from "./events/on-aspsp-consent-lost.ts";
import { onPaymentBooked } from "./events/on-payment-booked.ts";
import { onAspspScaRequired } from "./events/on-aspsp-sca-required.ts";
import { onSyncCompleted } from "./events/on-sync-completed.ts";
import { onSyncFailed } from "./events/on-sync-failed.ts";
import { onUserErased } from "./events/on-user-erased.ts";
import { routes } from "./http/index.ts";
import { startAuthorisationPoller } from "./jobs/authorisation-poller.ts";
import { startConsentClock } from "./jobs/consent-clock.ts";
import { startErasureRunner } from "./jobs/erasure-runner.ts";
import { startPaymentRunner } from "./jobs/payment-runner.ts";
import { startReceiptSigner } from "./jobs/receipt-signer.ts";
import { startRevocationRunner } from "./jobs/revocation-runner.ts";

const service = "consent";
/** Bank calls take up to 30 seconds, an order of several payments longer; the caller waits for 42 at the most. */
const handlerMs = 41_000;

/** Any part, replaced in a test. */
export interface Overrides {
  readonly logger?: Logger;
  readonly database?: Database<ConsentTables>;
  readonly messaging?: Messaging;
  readonly tokens?: ServiceTokens;
  readonly bankGateway?: BankGateway;
  readonly clock?: Clock;
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
  const ctx: ConsentContext = {
    db: database.db,
    clock: overrides.clock ?? systemClock,
    newId,
    newSecret: () => randomBytes(32).toString("base64url"),
    bankGateway: overrides.bankGateway ?? createBankGateway(config.OPL_BANK_GATEWAY_URL, tokens),
    publicOrigin: config.OPL_PUBLIC_ORIGIN,
    purgeFacts: (psuId) => purgePsu(messaging, service, psuId),
  };

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
  const consumer = { database, messaging, service, logger };
  // What is rare and changes much comes one by one: a transaction then holds one consent, order or person.
  stack.use(startConsumer({ ...consumer, type: "bank-gateway.aspsp-consent-lost", handle: onAspspConsentLost(ctx), batchSize: 1 }));
  stack.use(startConsumer({ ...consumer, type: "bank-gateway.aspsp-sca-required", handle: onAspspScaRequired(ctx), batchSize: 1 }));
  stack.use(startConsumer({ ...consumer, type: "ingest.account-discovered", handle: onAccountDiscovered, handleBatch: inLockOrder(onAccountDiscovered) }));
  stack.use(startConsumer({ ...consumer, type: "ingest.sync-completed", handle: onSyncCompleted, handleBatch: inLockOrder(onSyncCompleted) }));
  stack.use(startConsumer({ ...consumer, type: "ingest.sync-failed", handle: onSyncFailed, handleBatch: inLockOrder(onSyncFailed) }));
  stack.use(startConsumer({ ...consumer, type: "bff.user-erased", handle: onUserErased(ctx), batchSize: 1 }));
  stack.use(startConsumer({ ...consumer, type: "ingest.payment-booked", handle: onPaymentBooked(ctx), batchSize: 1 }));
  stack.use(startConsentClock(ctx, logger));
  stack.use(startAuthorisationPoller(ctx, logger));
  stack.use(startRevocationRunner(ctx, logger));
  stack.use(startPaymentRunner(ctx, logger));
  stack.use(startReceiptSigner(ctx, logger));
  stack.use(startErasureRunner(ctx, logger));

  const address = await http.listen({ host: config.OPL_HTTP_HOST, port: config.OPL_HTTP_PORT });
  const parts = stack.move();
  return { address, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function connectDatabase(config: Config, logger: Logger): Database<ConsentTables> {
  return openDatabase<ConsentTables>({
    url: config.OPL_DATABASE_URL,
    password: config.OPL_DATABASE_PASSWORD_FILE?.reveal(),
    schema: "opl_consent",
    applicationName: service,
    poolSize: config.OPL_DATABASE_POOL_SIZE,
    onIdleError: (error) => logger.warn({ err: error }, "a database connection was lost"),
  });
}

function natsOptions(config: Config) {
  return { url: config.OPL_NATS_URL, user: config.OPL_NATS_USER, password: config.OPL_NATS_PASSWORD_FILE?.reveal() };
}
