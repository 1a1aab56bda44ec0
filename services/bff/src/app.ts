import { connectMessaging } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { listen, migrate, openDatabase } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { createHttpServer, createServiceTokens, dependsOn, systemClock } from "@opl/service";
import type { App, Clock, HttpServer, ServiceTokens } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { bankDirectory } from "./clients/bank-directory.ts";
import { makeClients } from "./clients/index.ts";
import type { Clients } from "./clients/index.ts";
import { publishedKeySet } from "./clients/key-set.ts";
import type { Config } from "./config.ts";
import type { BffContext } from "./context.ts";
import { isOperator } from "./db/operator-store.ts";
import type { Tables } from "./db/tables.ts";
import { startEvents } from "./events/start.ts";
import { registerCspReports } from "./http/csp-reports.ts";
import { routes } from "./http/index.ts";
import { registerKeySet } from "./http/jwks.ts";
import { registerLive } from "./http/live.ts";
import { registerOpenApi } from "./http/open-api.ts";
import { registerSecurity } from "./http/security.ts";
import { registerWebClient } from "./http/web-client.ts";
import { startPruning } from "./jobs/prune.ts";
import { openStreamHub } from "./live/hub.ts";
import { keptPages } from "./live/kept-pages.ts";
import type { StreamLimits } from "./live/hub.ts";
import { deriveSessionKeys } from "./session/keys.ts";
import { passkeysAt } from "./session/passkeys.ts";
import { openPeople } from "./session/people.ts";
import { openSingleSignOn } from "./session/single-sign-on.ts";
import type { SingleSignOn } from "./session/single-sign-on.ts";
import { authenticator } from "./session/visitor.ts";
import { createDemoPerson } from "./usecases/create-demo-person.ts";
import { createFirstOperator } from "./usecases/create-first-operator.ts";

const schema = "opl_bff";
const migrations = new URL("../migrations/", import.meta.url);

/** Any part can be replaced; whoever replaces a part disposes of it. */
export interface Overrides {
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly database?: Database<Tables>;
  readonly messaging?: Messaging;
  readonly tokens?: ServiceTokens;
  readonly clients?: Clients;
  readonly streamLimits?: StreamLimits;
  /** How long one answer about the banks serves all. */
  readonly banksHeldMs?: number;
  /** How long one answer about our public keys serves all. */
  readonly keySetHeldMs?: number;
}

export interface BffApp extends App {
  readonly address: string;
  readonly context: BffContext;
  readonly server: HttpServer;
}

/** Makes and starts the service, from the bottom up; disposing takes it down again in reverse. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<BffApp> {
  await using parts = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ name: "bff", level: config.OPL_LOG_LEVEL });
  const clock = overrides.clock ?? systemClock;
  const tokens =
    overrides.tokens ?? createServiceTokens({ service: "bff", privateJwk: config.OPL_SERVICE_KEY_FILE, jwks: config.OPL_SERVICE_JWKS_FILE, clock });

  const database = overrides.database ?? parts.use(openOwnDatabase(config, logger));
  await migrate(database, { directory: migrations, logger });
  const { db } = database;

  const keys = deriveSessionKeys({ session: config.OPL_SESSION_SECRET_FILE, binding: config.OPL_SESSION_BINDING_KEY_FILE });
  const longestHours = config.OPL_SESSION_LONGEST_HOURS;
  const people = await openPeople({
    db,
    clock,
    logger,
    cookieSecret: keys.cookieSecret,
    publicOrigin: config.OPL_PUBLIC_ORIGIN,
    idleMinutes: config.OPL_SESSION_IDLE_MINUTES,
    longestHours,
  });
  const { OPL_DEMO_EMAIL: demoEmail, OPL_DEMO_PASSWORD_FILE: demoPassword } = config;
  if (demoEmail !== undefined && demoPassword !== undefined) await createDemoPerson({ db, people }, { email: demoEmail, password: demoPassword.reveal() });
  const { OPL_OPERATOR_EMAIL: operatorEmail, OPL_OPERATOR_PASSWORD_FILE: operatorPassword } = config;
  if (operatorEmail !== undefined && operatorPassword !== undefined)
    await createFirstOperator({ db, clock, logger, people }, { email: operatorEmail, password: operatorPassword.reveal() });

  const clients = overrides.clients ?? makeClients(config, tokens);

  const hub = parts.use(
    openStreamHub({
      db,
      clock,
      logger,
      sessionLongestHours: longestHours,
      ...(overrides.streamLimits === undefined ? {} : { limits: overrides.streamLimits }),
    }),
  );
  parts.use(listen({ ...database.connection, channel: `${database.schema}.live`, applicationName: "bff live wake", onNotify: () => hub.wake() }));

  const { messaging } = overrides;
  const connect = async (signal: AbortSignal) =>
    messaging === undefined ? { messaging: await connectToNats(config, logger, signal), ours: true } : { messaging, ours: false };
  const events = parts.use(await startEvents({ database, clock, logger, stream: { replicas: config.OPL_NATS_REPLICAS }, connect }));

  const proxies = config.OPL_TRUSTED_PROXIES;
  const context: BffContext = {
    db,
    clock,
    logger,
    keys,
    people,
    passkeys: passkeysAt(config.OPL_PUBLIC_ORIGIN),
    singleSignOn: singleSignOnOf(config),
    hub,
    clients,
    bankDirectory: bankDirectory(clients.bankGateway, overrides.banksHeldMs),
    overviews: keptPages({ hearingSince: () => events.hearingSince() }),
    publicOrigin: config.OPL_PUBLIC_ORIGIN,
    proxies,
    timeZone: config.OPL_TIME_ZONE,
    sessionLongestHours: longestHours,
    signUpsPerHour: config.OPL_SIGN_UPS_PER_HOUR,
    operatorPages: config.OPL_OPERATOR_PAGES === "on",
  };
  parts.use(startPruning(context));
  const server = parts.use(
    await createHttpServer({
      name: "bff",
      logger,
      routes: routes(context),
      authenticate: authenticator({ people, clock, tokens, proxies, isOperator: (psuId) => isOperator(db, psuId) }),
      // Facts are not in here: without the event server pages still show what there is.
      health: dependsOn(database),
      limits: { bodyBytes: 262_144, handlerMs: 45_000 },
      plugins: async (fastify) => {
        await registerSecurity(fastify, { ...context, requestsPerMinute: config.OPL_REQUESTS_PER_MINUTE });
        registerLive(fastify, context);
        registerCspReports(fastify, logger);
        registerOpenApi(fastify);
        registerKeySet(fastify, publishedKeySet(clients.tppRegistry, logger, overrides.keySetHeldMs));
        if (config.OPL_WEB_DIR !== undefined) await registerWebClient(fastify, config.OPL_WEB_DIR);
      },
    }),
  );
  const address = await server.listen({ host: config.OPL_HTTP_HOST, port: config.OPL_HTTP_PORT });
  const owned = parts.move();
  return { address, context, server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function openOwnDatabase(config: Config, logger: Logger): Database<Tables> {
  return openDatabase<Tables>({
    url: config.OPL_DATABASE_URL,
    password: config.OPL_DATABASE_PASSWORD_FILE?.reveal(),
    schema,
    applicationName: "bff",
    poolSize: config.OPL_DATABASE_POOL_SIZE,
    onIdleError: (error) => logger.warn({ err: error }, "an idle database connection was lost"),
  });
}

function singleSignOnOf(config: Config): SingleSignOn | undefined {
  const { OPL_SINGLE_SIGN_ON_ISSUER: issuer, OPL_SINGLE_SIGN_ON_CLIENT_ID: clientId, OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE: clientSecret } = config;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return openSingleSignOn({ issuer, clientId, clientSecret, name: config.OPL_SINGLE_SIGN_ON_NAME, publicOrigin: config.OPL_PUBLIC_ORIGIN });
}

function connectToNats(config: Config, logger: Logger, signal: AbortSignal): Promise<Messaging> {
  return connectMessaging({
    url: config.OPL_NATS_URL,
    user: config.OPL_NATS_USER,
    password: config.OPL_NATS_PASSWORD_FILE?.reveal(),
    name: "bff",
    logger,
    signal,
  });
}
