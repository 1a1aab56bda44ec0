import { randomBytes } from "node:crypto";
import { newId } from "@opl/service";
import type { PsuContext } from "@opl/service";
import { fixedClock, testDatabase } from "@opl/testkit";
import { sql } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import type { Parameter } from "../domain/authorisation-response.ts";
import { completeAuthorisation } from "../usecases/complete-authorisation.ts";
import type { Completed } from "../usecases/complete-authorisation.ts";
import { createConsent } from "../usecases/create-consent.ts";
import { FakeBankGateway } from "./fake-bank-gateway.ts";

export const startOfTest = "2026-11-22T10:00:00Z";
export const idToken = "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";

/** A person in a browser session, with the keyed hash of that session. */
export interface Person {
  readonly psu: PsuContext;
  readonly sessionBinding: string;
}
export interface Begun {
  readonly consentId: string;
  readonly state: string;
  readonly expiresAt: Temporal.Instant;
}

/** The use cases over a real schema, with a clock that stands still and a gateway that keeps books. */
export async function startHarness() {
  const schema = await testDatabase<ConsentTables>({ service: "consent" });
  const { database } = schema;
  const watching = schema.open({ poolSize: 1 });
  const clock = fixedClock(startOfTest);
  const gateway = new FakeBankGateway(clock);
  const purged: string[] = [];
  const ctx: ConsentContext = {
    db: database.db,
    clock,
    newId,
    newSecret: () => randomBytes(32).toString("base64url"),
    bankGateway: gateway,
    publicOrigin: "https://ledger.example",
    purgeFacts: async (psuId) => void purged.push(psuId),
  };

  async function begin(
    { psu, sessionBinding }: Person,
    { aspspId = "op-fi", validityDays = 90, replaces }: { aspspId?: string; validityDays?: number; replaces?: string } = {},
  ): Promise<Begun> {
    const { consentId, redirectUrl, expiresAt } = await createConsent(ctx, { psu, sessionBinding, aspspId, validityDays, replaces });
    return { consentId, state: new URL(redirectUrl ?? "about:blank").searchParams.get("state") ?? "", expiresAt };
  }
  const comeBack = ({ psu, sessionBinding }: Person, parameters: readonly Parameter[], redirectContext = "op-fi"): Promise<Completed> =>
    completeAuthorisation(ctx, { psu, sessionBinding, redirectContext, parameters });

  return {
    ctx,
    clock,
    gateway,
    database,
    purged,
    begin,
    comeBack,
    /** Keeps the row of an attempt locked, so that what comes in meanwhile piles up. */
    async holdAttempt(consentId: string): Promise<{ release(): Promise<void> }> {
      const locked = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      const holding = database.db.transaction().execute(async (tx) => {
        await tx.selectFrom("authorisations").select("consentId").where("consentId", "=", consentId).forUpdate().execute();
        locked.resolve();
        await release.promise;
      });
      await locked.promise;
      return { release: () => (release.resolve(), holding) };
    },
    /** How many of our own statements wait for a lock. */
    async waiting(): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(distinct pid)::int as count from pg_locks where not granted and pid in (select pid from pg_stat_activity where usename = current_user)`.execute(
        watching.db,
      );
      return rows[0]?.count ?? 0;
    },
    /** The whole straight path. */
    async connect(person: Person, options?: Parameters<typeof begin>[1]): Promise<string> {
      const { consentId, state } = await begin(person, options);
      const completed = await comeBack(person, returned({ state }), options?.aspspId);
      if (completed.outcome !== "authorised") throw new Error(`the straight path ended ${JSON.stringify(completed)}`);
      return consentId;
    },
    /** Types of the facts recorded about a consent, in order. */
    async factsAbout(consentId: string): Promise<readonly string[]> {
      const rows = await database.db.selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).orderBy("position").execute();
      return rows.map((row) => row.eventType);
    },
    async factData(consentId: string, type: string): Promise<unknown> {
      const row = await database.db
        .selectFrom("outbox")
        .select("data")
        .where("aggregateId", "=", consentId)
        .where("eventType", "=", type)
        .executeTakeFirstOrThrow();
      return JSON.parse(row.data);
    },
    attemptOf: (consentId: string) => database.db.selectFrom("authorisations").selectAll().where("consentId", "=", consentId).executeTakeFirstOrThrow(),
    consentRow: (consentId: string) => database.db.selectFrom("consents").selectAll().where("consentId", "=", consentId).executeTakeFirstOrThrow(),
    /** What is remembered of a consent, in order. */
    historyOf: (consentId: string) =>
      database.db.selectFrom("consentHistory").select(["what", "by", "reason"]).where("consentId", "=", consentId).orderBy("position").execute(),
    revocationsOf: (consentId: string) => database.db.selectFrom("aspspRevocations").selectAll().where("consentId", "=", consentId).execute(),
  };
}
export type Harness = Awaited<ReturnType<typeof startHarness>>;

export function aPerson(): Person {
  return { psu: { psuId: newId(), sessionId: newId(), ipAddress: "192.0.2.7", token: "signed-by-bff" }, sessionBinding: randomBytes(32).toString("base64url") };
}

/** What a bank delivers; `undefined` leaves a parameter out. */
export function returned(parameters: Readonly<Record<string, string | undefined>>): readonly Parameter[] {
  return Object.entries({ code: "SplxlOBeZQQYbYS6WxSbIA", id_token: idToken, ...parameters }).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
}
