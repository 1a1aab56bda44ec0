import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import { openDatabase, provisionSchemas } from "@opl/postgres";
import { createClient } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import { sql } from "kysely";
import { request } from "undici";
import { createApp } from "../../services/tpp-registry/src/app.ts";
import { configSchema } from "../../services/tpp-registry/src/config.ts";
import type { TppRegistryTables } from "../../services/tpp-registry/src/db/tables.ts";
import { aDocument, anAspsp } from "../../services/tpp-registry/src/testing/document.ts";
import { standInGateway } from "../../services/tpp-registry/src/testing/gateway.ts";
import { registryEnvironment } from "../../services/tpp-registry/src/testing/start-registry.ts";
import { operatorTokens } from "../setup/ask.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const banks = 100;
const rounds = 100;
const warmUps = 10;
const schema = "bench_tpp_registry";

/** A plan over many banks, asked of a registry over the product's Postgres and NATS, against one bare HTTP and SQL roundtrip. */
export async function desiredState(product: Product): Promise<Figure[]> {
  const bank = standInGateway(
    () => Temporal.Now.instant().add({ hours: 1 }).toString(),
    Array.from({ length: banks }, (_, index) => anAspsp(`bank-${index}`)),
  );
  await using parts = new AsyncDisposableStack();
  const secret = (name: string): string => path.join(product.secretsDir, "tpp-registry", name);
  const password = randomBytes(12).toString("hex");
  await provisionSchemas({ adminUrl: product.adminDatabaseUrl, services: [{ name: "tpp-registry", schema, role: schema, password }] });
  const address = new URL(product.adminDatabaseUrl);
  address.username = schema;
  address.password = password;
  const database = parts.use(openDatabase<TppRegistryTables>({ url: address.href, schema, applicationName: "bench", poolSize: 8 }));
  const config = configSchema.parse({
    ...registryEnvironment({ key: secret("service-key.json"), jwks: secret("service-jwks.json") }),
    OPL_NATS_URL: product.natsUrl,
    OPL_NATS_USER: "tpp-registry",
    OPL_NATS_PASSWORD_FILE: secret("nats-password"),
  });
  const logger = createLogger({ name: "bench", level: "silent" });
  const app = parts.use(await createApp(config, { database, logger, bankGateway: bank.gateway }));
  const registry = createClient(tppRegistryRoutes, { baseUrl: app.address ?? "", audience: "tpp-registry", tokens: operatorTokens(product.secretsDir) });
  const plan = () => registry.planDesiredState({ body: { document: null } });

  while ((await registry.searchAspsps({ query: {} })).aspsps.length < banks) await pause();
  const began = performance.now();
  await registry.applyDesiredState({ body: { document: aDocument(bank.aspsps.map(({ aspspId }) => aspspId)) } });
  while (!(await plan()).actions.every(({ action }) => action === "none")) await pause();
  const convergedMs = performance.now() - began;

  const server = createServer((_request, response) => {
    void sql`select 1`.execute(database.db).then(() => response.end("ok"));
  }).listen(0, "127.0.0.1");
  parts.defer(() => void server.close());
  await once(server, "listening");
  const bareUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bareMs = await measure(async () => void (await (await request(bareUrl)).body.text()));
  const planMs = await measure(plan);
  const again = { ...aDocument(bank.aspsps.map(({ aspspId }) => aspspId)), tpp: aDocument([], { organisationName: "Another Oy" }).tpp };
  const changingMs = await measure(() => registry.planDesiredState({ body: { document: again } }));
  return [
    figure(`plan over ${banks} banks as wanted, p95`, planMs, "ms", "lower", 2_000, bareMs),
    figure(`plan over ${banks} banks that all change, p95`, changingMs, "ms", "lower", 2_000, bareMs),
    figure(`apply over ${banks} banks until registered, gateway stood in for`, convergedMs / 1000, "s", "lower", null),
  ];
}

async function measure(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < rounds + warmUps; index += 1) {
    const started = performance.now();
    await ask();
    if (index >= warmUps) times.push(performance.now() - started);
  }
  return percentile(times, 95);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
