import { type EventType, catalogue } from "@opl/contracts/events";
import { analyticsRoutes } from "@opl/contracts/http/analytics";
import { declareStream, toMessage } from "@opl/messaging";
import { createClient, newId } from "@opl/service";
import { eventually, fixedClock, silentLogger, testDatabase, testMessaging, testTokens } from "@opl/testkit";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import type { Tables } from "../db/tables.ts";
import { type Fact, LedgerModel } from "./ledger-model.ts";

/** The whole service on a real database and event server, with its neighbours' clients and a ledger in memory. */
export async function startApp() {
  await using stack = new AsyncDisposableStack();
  const test = stack.use(await testDatabase<Tables>({ service: "analytics" }));
  const messaging = stack.use(await testMessaging({ name: "analytics" }));
  for (const owner of ["ingest", "bff"]) await declareStream(messaging, owner);
  const tokens = testTokens();
  const ledger = new LedgerModel();
  const config = { OPL_HTTP_HOST: "127.0.0.1", OPL_HTTP_PORT: 0, OPL_BANK_TIME_ZONE: "Europe/Helsinki", OPL_LOG_LEVEL: "silent" } as Config;
  const app = stack.use(
    await createApp(config, {
      logger: silentLogger(),
      database: test.database,
      messaging,
      tokens: tokens.for("analytics"),
      ingest: ledger.client(),
      clock: fixedClock("2026-11-22T10:00:00Z"),
      settling: { pauseMs: 0, atMostMs: 0 },
    }),
  );
  const address = app.address ?? "";
  const clientOf = (service: string) => createClient(analyticsRoutes, { baseUrl: address, audience: "analytics", tokens: tokens.for(service) });

  /** A fact of another service, as its relay would send it. */
  async function send(
    type: EventType,
    about: { readonly subject: string; readonly psuId: string; readonly version: bigint; readonly eventId?: string; readonly data: object },
  ): Promise<void> {
    const contract = catalogue[type];
    const { subject, headers, payload } = toMessage(contract, {
      eventId: about.eventId ?? newId(),
      aggregateId: about.subject,
      aggregateVersion: about.version,
      psuId: about.psuId,
      occurredAt: "2026-11-22T10:00:00Z",
      correlationId: null,
      causationId: null,
      traceparent: null,
      data: JSON.stringify(about.data),
    });
    await messaging.nats.client.publish(messaging.prefix + subject, payload, { headers });
  }

  const parts = stack.move();
  return {
    ledger,
    tokens,
    messaging,
    address,
    database: test.database,
    bff: clientOf("bff"),
    operator: clientOf("operator"),
    clientOf,
    send,
    psu: (psuId: string) => tokens.psu(psuId),
    async sendFacts(facts: readonly Fact[]): Promise<void> {
      const consentId = newId();
      for (const { kind, fact } of facts) {
        if (kind === "account") {
          const { version, ...data } = fact;
          await send("ingest.account-discovered", { subject: fact.accountId, psuId: fact.psuId, version, data });
        } else if (kind === "balance") {
          const { toldAt: _toldAt, ...data } = fact;
          await send("ingest.balance-recorded", { subject: fact.accountId, psuId: fact.psuId, version: 1n, data });
        } else if (kind === "transactions") {
          const { version, ...data } = fact;
          await send("ingest.transactions-recorded", { subject: fact.accountId, psuId: fact.psuId, version, data: { ...data, consentId, syncId: consentId } });
        } else {
          await send("ingest.accounts-erased", { subject: consentId, psuId: fact.psuId, version: 1n, data: { ...fact, consentId } });
        }
      }
    },
    /** Everybody is settled. */
    settled: () => eventually(async () => (await test.database.db.selectFrom("unsettledPeople").select("psuId").execute()).length === 0),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
export type RunningApp = Awaited<ReturnType<typeof startApp>>;
