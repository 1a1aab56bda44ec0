import { consentRoutes } from "@opl/contracts/http/consent";
import { consentPaymentRoutes } from "@opl/contracts/http/consent-payments";
import { Secret, createClient } from "@opl/service";
import type { Clock } from "@opl/service";
import { fixedClock, keptLog, testDatabase, testMessaging, testTokens } from "@opl/testkit";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import type { ConsentTables } from "../db/tables.ts";
import { FakeBankGateway } from "./fake-bank-gateway.ts";

/** The whole service over a real schema and a real broker; only the gateway is a fake, and what it logs is kept. */
export async function startApp({ clock }: { readonly clock?: Clock } = {}) {
  await using stack = new AsyncDisposableStack();
  const { database } = stack.use(await testDatabase<ConsentTables>({ service: "consent" }));
  const messaging = stack.use(await testMessaging({ name: "consent" }));
  const tokens = testTokens();
  const gateway = new FakeBankGateway(clock ?? fixedClock(Temporal.Now.instant().toString()));
  const { logger, lines } = keptLog("consent");
  const app = stack.use(
    await createApp(config, { database, messaging, logger, tokens: tokens.for("consent"), bankGateway: gateway, ...(clock === undefined ? {} : { clock }) }),
  );
  const baseUrl = app.address ?? "";
  const clientOf = (service: string, audience = "consent") =>
    createClient({ ...consentRoutes, ...consentPaymentRoutes }, { baseUrl, audience, tokens: tokens.for(service) });
  const parts = stack.move();
  return { baseUrl, bff: clientOf("bff"), clientOf, tokens, database, messaging, gateway, lines, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
export type RunningApp = Awaited<ReturnType<typeof startApp>>;

/** Addresses are never used: the parts behind them are given. */
const config: Config = {
  OPL_HTTP_HOST: "127.0.0.1",
  OPL_HTTP_PORT: 0,
  OPL_DATABASE_URL: "postgres://unused",
  OPL_DATABASE_POOL_SIZE: 8,
  OPL_NATS_URL: "nats://unused",
  OPL_NATS_REPLICAS: 1,
  OPL_SERVICE_KEY_FILE: new Secret("unused"),
  OPL_SERVICE_JWKS_FILE: { keys: [] },
  OPL_LOG_LEVEL: "debug",
  OPL_PUBLIC_ORIGIN: "https://ledger.example",
  OPL_BANK_GATEWAY_URL: "http://unused",
};
