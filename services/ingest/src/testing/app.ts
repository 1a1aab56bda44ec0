import { ingestRoutes } from "@opl/contracts/http/ingest";
import type { NewEvent } from "@opl/messaging";
import { createClient, newId } from "@opl/service";
import type { Client, PsuContext } from "@opl/service";
import { silentLogger, testDatabase, testMessaging, testTokens } from "@opl/testkit";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import type { IngestDatabase } from "../db/tables.ts";
import { FakeBank } from "./fake-bank.ts";
import { neighbour } from "./neighbour.ts";
import type { Neighbour } from "./neighbour.ts";

/** Keys of all services; the same for every app of a test file. */
const tokens = testTokens();

/** The whole service on a schema and subjects of its own, with a fake bank in the place of the gateway. */
export async function startTestApp({ firstWaitSeconds = 0 } = {}) {
  await using stack = new AsyncDisposableStack();
  const test = stack.use(await testDatabase<IngestDatabase>({ service: "ingest" }));
  const messaging = stack.use(await testMessaging({ name: "ingest" }));
  const bank = new FakeBank();
  const config = {
    OPL_HTTP_HOST: "127.0.0.1",
    OPL_HTTP_PORT: 0,
    OPL_DATABASE_POOL_SIZE: 8,
    OPL_LOG_LEVEL: "silent",
    OPL_SYNCS_AT_ONCE: 4,
    OPL_SYNC_ACCOUNTS_AT_ONCE: 4,
    OPL_SYNC_UNATTENDED_PER_DAY: 4,
    OPL_SYNC_MANUAL_SECONDS: 0,
    OPL_SYNC_FIRST_WAIT_SECONDS: firstWaitSeconds,
    OPL_SYNC_PAGES_MAX: 500,
    OPL_SYNC_TRANSACTIONS_MAX: 250_000,
  } as Config;
  const overrides = { logger: silentLogger(), database: test.database, messaging, tokens: tokens.for("ingest"), bankGateway: bank };
  let app = await createApp(config, overrides);
  stack.defer(() => app[Symbol.asyncDispose]());
  const neighbours = new Map<string, Neighbour>();
  for (const owner of ["consent", "bank-gateway", "bff"] as const) neighbours.set(owner, stack.use(await neighbour(owner, messaging)));
  const clientOf = (service: string): Client<typeof ingestRoutes> =>
    createClient(ingestRoutes, { baseUrl: app.address ?? "", audience: "ingest", tokens: tokens.for(service) });

  const all = stack.move();
  return {
    db: test.database.db,
    bank,
    address: () => app.address ?? "",
    clientOf,
    publish: (owner: "consent" | "bank-gateway" | "bff", ...events: readonly NewEvent[]) => neighbours.get(owner)?.publish(...events),
    psu: (psuId: string): Promise<PsuContext> => tokens.psu(psuId),
    /** A person who has just allowed reading. */
    async connect({ psuId = newId(), consentId = newId() } = {}): Promise<{ psuId: string; consentId: string; psu: PsuContext }> {
      const data = {
        psuId,
        consentId,
        aspspId: "op-fi",
        scope: ["accounts"],
        authorisedAt: "2026-11-22T10:00:00Z",
        validUntil: "2027-05-20T10:00:00Z",
        replaces: null,
      };
      await neighbours.get("consent")?.publish({ type: "consent.authorised", subject: consentId, psuId, data });
      return { psuId, consentId, psu: await tokens.psu(psuId) };
    },
    /** Stops the process and starts it again. */
    async restart(): Promise<void> {
      await app[Symbol.asyncDispose]();
      app = await createApp(config, overrides);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
