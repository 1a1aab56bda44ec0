import { randomBytes } from "node:crypto";
import { Secret } from "@opl/service";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { Messaging } from "@opl/messaging";
import type { Database } from "@opl/postgres";
import { sql } from "kysely";
import type { KyselyPlugin } from "kysely";
import { silentLogger, testDatabase, testMessaging, testTokens } from "@opl/testkit";
import type { TestDatabase, TestTokens } from "@opl/testkit";
import { createApp } from "../src/app.ts";
import { changeOperator } from "../src/usecases/change-operator.ts";
import type { BffApp, Overrides } from "../src/app.ts";
import type { Config } from "../src/config.ts";
import type { Tables } from "../src/db/tables.ts";
import { trustedProxies } from "../src/session/client-address.ts";
import { browserAt } from "./browser.ts";
import type { Browser } from "./browser.ts";
import { cutLineTo } from "./cut-line.ts";
import type { CutLine } from "./cut-line.ts";
import { startDownstream } from "./downstream.ts";
import type { Downstream } from "./downstream.ts";
import { holdingsOf } from "./world.ts";
import type { Holdings } from "./world.ts";

export const publicOrigin = "https://ledger.example";
export const password = "kolme sinistä kissaa";

/** Somebody who signed up and in, with holdings in the services behind. */
export interface Person {
  readonly psuId: string;
  readonly email: string;
  readonly browser: Browser;
  readonly holdings: Holdings;
}

/** The service under test with a database and messaging of its own and stand-ins behind it. */
export interface Bff extends AsyncDisposable {
  readonly app: BffApp;
  readonly address: string;
  readonly database: TestDatabase<Tables>;
  /** Between the service and its database. */
  readonly databaseLine: CutLine;
  readonly messaging: Messaging;
  readonly downstream: Downstream;
  readonly tokens: TestTokens;
  browser(): Browser;
  /** A person with a session and holdings. */
  person(name?: string): Promise<Person>;
  /** A person who was made an operator. */
  operator(): Promise<Person>;
  /** A second process on the same database. */
  replica(config?: Partial<Config>): Promise<BffApp>;
}

export interface BffOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly config?: Partial<Config>;
  readonly streamLimits?: Overrides["streamLimits"];
  readonly banksHeldMs?: number;
  /** Told of each statement to the database. */
  readonly onStatement?: () => void;
}

export async function startBff(options: BffOptions = {}): Promise<Bff> {
  await using parts = new AsyncDisposableStack();
  const tokens = testTokens(options.clock === undefined ? {} : { clock: options.clock });
  const downstream = parts.use(await startDownstream(tokens));
  const database = parts.use(await testDatabase<Tables>({ service: "bff" }));
  const { hostname, port } = new URL(database.url);
  const databaseLine = parts.use(await cutLineTo(hostname, Number.parseInt(port, 10)));
  const overTheLine = new URL(database.url);
  overTheLine.hostname = "127.0.0.1";
  overTheLine.port = String(databaseLine.port);
  const ownDatabase = watched(database.open({ url: overTheLine.href }), options.onStatement);
  const messaging = parts.use(await testMessaging({ name: "bff" }));
  const secrets = { session: new Secret(randomBytes(32).toString("hex")), binding: new Secret(randomBytes(32).toString("hex")) };
  const start = (changes: Partial<Config> = {}): Promise<BffApp> =>
    createApp(
      { ...configOf(downstream, tokens, secrets), ...options.config, ...changes },
      {
        logger: options.logger ?? silentLogger(),
        database: ownDatabase,
        messaging,
        tokens: tokens.for("bff"),
        banksHeldMs: options.banksHeldMs ?? 0,
        keySetHeldMs: 0,
        ...(options.clock === undefined ? {} : { clock: options.clock }),
        ...(options.streamLimits === undefined ? {} : { streamLimits: options.streamLimits }),
      },
    );
  const app = parts.use(await start());
  const replicas = parts.use(new AsyncDisposableStack());
  const owned = parts.move();
  let people = 0;
  const person = async (name = `Aino ${(people += 1)}`): Promise<Person> => {
    const browser = browserAt(app.address, publicOrigin);
    const email = `p${randomBytes(4).toString("hex")}@example.fi`;
    await browser.send("POST", "/api/auth/sign-up/email", { body: { name, email, password } });
    const { psuId } = (await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password } })).json<{ psuId: string }>();
    const holdings = holdingsOf(psuId, `canary-${randomBytes(6).toString("hex")}`);
    downstream.holdings.set(psuId, holdings);
    return { psuId, email, browser, holdings };
  };
  return {
    app,
    address: app.address,
    database,
    databaseLine,
    messaging,
    downstream,
    tokens,
    browser: () => browserAt(app.address, publicOrigin),
    person,
    async operator() {
      const made = await person();
      await changeOperator(app.context, { email: made.email, role: "operator" });
      return made;
    },
    async replica(config) {
      return replicas.use(await start(config));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function watched(database: Database<Tables>, onStatement: (() => void) | undefined): Database<Tables> {
  if (onStatement === undefined) return database;
  const statements: KyselyPlugin = { transformQuery: ({ node }) => (onStatement(), node), transformResult: async ({ result }) => result };
  return { ...database, db: database.db.withPlugin(statements) };
}

/** The person's sessions began, and last proved themselves, so long ago that they are no proof of who sits there now. */
export async function signedInLongAgo(bff: Pick<Bff, "database">, psuId: string): Promise<void> {
  await sql`update sessions set created_at = created_at - interval '6 minutes', proved_at = null where user_id = ${psuId}`.execute(bff.database.database.db);
}

function configOf(downstream: Downstream, tokens: TestTokens, secrets: { session: Secret; binding: Secret }): Config {
  return {
    OPL_HTTP_HOST: "127.0.0.1",
    OPL_HTTP_PORT: 0,
    OPL_DATABASE_URL: "postgres://unused",
    OPL_DATABASE_POOL_SIZE: 4,
    OPL_NATS_URL: "nats://unused",
    OPL_NATS_REPLICAS: 1,
    OPL_SERVICE_KEY_FILE: new Secret(JSON.stringify(tokens.privateJwk("bff"))),
    OPL_SERVICE_JWKS_FILE: tokens.jwks as Config["OPL_SERVICE_JWKS_FILE"],
    OPL_LOG_LEVEL: "silent",
    OPL_CONSENT_URL: downstream.urls.consent,
    OPL_INGEST_URL: downstream.urls.ingest,
    OPL_ANALYTICS_URL: downstream.urls.analytics,
    OPL_BANK_GATEWAY_URL: downstream.urls["bank-gateway"],
    OPL_TPP_REGISTRY_URL: downstream.urls["tpp-registry"],
    OPL_PUBLIC_ORIGIN: publicOrigin,
    OPL_TRUSTED_PROXIES: trustedProxies([]),
    OPL_SESSION_SECRET_FILE: secrets.session,
    OPL_SESSION_BINDING_KEY_FILE: secrets.binding,
    OPL_SESSION_IDLE_MINUTES: 60,
    OPL_SESSION_LONGEST_HOURS: 12,
    OPL_SIGN_UPS_PER_HOUR: 1_000,
    OPL_REQUESTS_PER_MINUTE: 100_000,
    OPL_TIME_ZONE: "Europe/Helsinki",
    OPL_OPERATOR_PAGES: "on",
    OPL_SINGLE_SIGN_ON_NAME: "Example ID",
  };
}
