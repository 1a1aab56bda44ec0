import type { EventData, EventType } from "@opl/contracts/events";
import { inTransaction } from "@opl/postgres";
import { deterministicId, newId } from "@opl/service";
import { fixedClock, testDatabase } from "@opl/testkit";
import type { FixedClock, TestDatabase } from "@opl/testkit";
import type { IngestDatabase } from "../db/tables.ts";
import { claimDueSync } from "../usecases/claim-sync.ts";
import type { IngestContext, IngestSettings } from "../usecases/context.ts";
import { PsuPresence } from "../usecases/psu-presence.ts";
import { recordAuthorisedConsent } from "../usecases/record-authorised-consent.ts";
import { runSync } from "../usecases/run-sync.ts";
import type { SyncResult } from "../usecases/run-sync.ts";
import { startSync } from "../usecases/start-sync.ts";
import { FakeBank } from "./fake-bank.ts";

const testSettings: IngestSettings = {
  scheduledSyncsPerDay: 4,
  manualSyncSeconds: 0,
  firstSyncWaitSeconds: 0,
  accountsAtOnce: 4,
  readingLimits: { pages: 20, entries: 100_000 },
  leaseSeconds: 10,
};

export interface Person {
  readonly psuId: string;
  readonly consentId: string;
}

/** A ledger on a schema of its own with a bank that says what a test wants; drives the use cases as the service does. */
export class TestLedger implements AsyncDisposable {
  readonly test: TestDatabase<IngestDatabase>;
  readonly clock: FixedClock = fixedClock("2026-11-22T10:00:00Z");
  readonly bank = new FakeBank();
  readonly context: IngestContext & { readonly presence: PsuPresence };

  static async open(settings: Partial<IngestSettings> = {}): Promise<TestLedger> {
    // A thousand at once wait for one pool, on whatever machine.
    return new TestLedger(await testDatabase<IngestDatabase>({ service: "ingest", connectTimeoutMs: 30_000 }), settings);
  }

  constructor(test: TestDatabase<IngestDatabase>, settings: Partial<IngestSettings>) {
    this.test = test;
    this.context = {
      db: test.database.db,
      clock: this.clock,
      newId,
      nameId: (name) => deterministicId("ingest", name),
      bankGateway: this.bank,
      syncChannel: `syncs_${test.schema}`,
      settings: { ...testSettings, ...settings },
      presence: new PsuPresence(this.clock),
    };
  }

  get db() {
    return this.test.database.db;
  }

  /** A person who has just allowed reading. */
  async connect({ psuId = newId(), consentId = newId(), aspspId = "op-fi" } = {}): Promise<Person> {
    const data = {
      psuId,
      consentId,
      aspspId,
      scope: ["accounts"],
      authorisedAt: this.clock.now().toString(),
      validUntil: "2027-05-20T10:00:00Z",
      replaces: null,
    };
    await inTransaction(this.db, (tx) => recordAuthorisedConsent(this.context, tx, data));
    return { psuId, consentId };
  }

  /** Runs the next due sync of anybody; undefined when there is none. */
  async runNext(signal: AbortSignal = new AbortController().signal): Promise<SyncResult | undefined> {
    const claimed = await claimDueSync(this.context);
    return claimed === undefined ? undefined : runSync(this.context, claimed.sync, claimed.runId, signal);
  }

  /** Reads again because the person asks, with a later clock. */
  async syncAgain(person: Person): Promise<SyncResult | undefined> {
    this.clock.advance({ minutes: 1 });
    await startSync(this.context, person);
    this.clock.advance({ seconds: 6 });
    return this.runNext();
  }

  /** Everything published of one kind, in order. */
  async published<Type extends EventType>(type: Type): Promise<readonly EventData<Type>[]> {
    const rows = await this.db.selectFrom("outbox").select("data").where("eventType", "=", type).orderBy("position").execute();
    return rows.map((row) => JSON.parse(row.data) as EventData<Type>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.test[Symbol.asyncDispose]();
  }
}
