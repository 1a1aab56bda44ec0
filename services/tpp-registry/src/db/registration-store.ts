import type { PlanDifference, RegistrationScheme, RegistrationStep, RegistrationTerms } from "@opl/contracts/model";
import { type Executor, jsonb } from "@opl/postgres";
import { type ExpressionBuilder, type Selectable, sql, type Transaction } from "kysely";
import type { FinishedStep } from "../domain/registration.ts";
import type { RegistrationsTable, TppRegistryTables } from "./tables.ts";

type Db = Executor<TppRegistryTables>;
type Tx = Transaction<TppRegistryTables>;

export type RegistrationRow = Selectable<RegistrationsTable>;
export interface RegistrationWithSteps {
  readonly registration: RegistrationRow;
  readonly finished: readonly FinishedStep[];
}

export interface NewRegistration {
  readonly registrationId: string;
  readonly aspspId: string;
  readonly scheme: RegistrationScheme;
  readonly terms: RegistrationTerms;
  readonly now: Temporal.Instant;
  readonly replaces?: string | null;
  readonly repairs?: readonly PlanDifference[];
  /** Because its time has come; a successor that an operator asks for before may well bring the same certificates. */
  readonly renews?: boolean;
}

/** One decision at a time a bank: whoever waited sees what the other began. */
export async function lockBank(tx: Tx, aspspId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ${aspspId}::text, 0))`.execute(tx);
}

/** Does nothing when one is running at that bank already. */
export async function insertRegistration(tx: Tx, row: NewRegistration): Promise<void> {
  await tx
    .insertInto("registrations")
    .values({
      registrationId: row.registrationId,
      aspspId: row.aspspId,
      replaces: row.replaces ?? null,
      scheme: row.scheme,
      terms: jsonb(row.terms),
      status: "running",
      startedAt: row.now,
      completedAt: null,
      endedAt: null,
      endedReason: null,
      repairs: jsonb(row.repairs ?? []),
      renews: row.renews ?? false,
      nextTryAt: row.now,
      errorCode: null,
      errorMessage: null,
      errorAt: null,
    })
    .onConflict((oc) => oc.column("aspspId").where("status", "=", "running").doNothing())
    .execute();
}

export async function lockRegistration(tx: Tx, registrationId: string): Promise<RegistrationWithSteps | undefined> {
  const registration = await tx.selectFrom("registrations").selectAll().where("registrationId", "=", registrationId).forUpdate().executeTakeFirst();
  return registration === undefined
    ? undefined
    : { registration, finished: await finishedSteps(tx, [registrationId]).then((all) => all.get(registrationId) ?? []) };
}

export async function getRegistration(db: Db, registrationId: string): Promise<RegistrationWithSteps | undefined> {
  const registration = await db.selectFrom("registrations").selectAll().where("registrationId", "=", registrationId).executeTakeFirst();
  return registration === undefined ? undefined : withSteps(db, [registration]).then((all) => all[0]);
}

/** The registration that is running at a bank, else the one in use; one that failed counts for nothing, nor what served before one that has ended. */
export async function standingRegistration(db: Db, aspspId: string): Promise<RegistrationWithSteps | undefined> {
  const rows = await db
    .selectFrom("registrations")
    .selectAll()
    .where("aspspId", "=", aspspId)
    .where((eb) => eb.or([eb("status", "=", "running"), eb("completedAt", "is not", null)]))
    // Only a running one has no end, and what has none comes first.
    .orderBy("completedAt", "desc")
    .orderBy("registrationId", "desc")
    .limit(1)
    .execute();
  return (
    await withSteps(
      db,
      rows.filter(({ status }) => status !== "ended"),
    )
  )[0];
}

/** Registrations at a bank that have not ended, the oldest first: those in use, those that served before, and the one that is running. */
export async function listLiving(db: Db, aspspId: string): Promise<readonly RegistrationRow[]> {
  return db
    .selectFrom("registrations")
    .selectAll()
    .where("aspspId", "=", aspspId)
    .where("status", "in", ["running", "completed"])
    .orderBy("startedAt")
    .orderBy("registrationId")
    .execute();
}

export async function markEnded(tx: Tx, registrationId: string, reason: "left" | "forgotten", at: Temporal.Instant): Promise<void> {
  await tx
    .updateTable("registrations")
    .set({ status: "ended", endedAt: at, endedReason: reason, nextTryAt: null })
    .where("registrationId", "=", registrationId)
    .execute();
}

/** Due at once, whatever pause it was in. */
export async function hurryRegistration(db: Db, registrationId: string, now: Temporal.Instant): Promise<void> {
  await db.updateTable("registrations").set({ nextTryAt: now }).where("registrationId", "=", registrationId).where("status", "=", "running").execute();
}

/** Those that wait for a certificate of our own are due at once, also where the try that finds none is still out; who waits for a bank goes on waiting. */
export async function hurryForCertificates(tx: Tx, now: Temporal.Instant): Promise<void> {
  await tx
    .updateTable("registrations")
    .set({ nextTryAt: now })
    .where("status", "=", "running")
    .where((eb) => eb.or([eb("errorCode", "=", "ERR_OWN_CERTIFICATE_MISSING"), eb("errorCode", "is", null)]))
    .execute();
}

/** What became of the registration that was completed last at the same bank. */
export const headStatus = (eb: ExpressionBuilder<TppRegistryTables, "registrations">) =>
  eb
    .selectFrom("registrations as head")
    .whereRef("head.aspspId", "=", "registrations.aspspId")
    .where("head.completedAt", "is not", null)
    .orderBy("head.completedAt", "desc")
    .orderBy("head.registrationId", "desc")
    .limit(1)
    .select("head.status")
    .as("headStatus");

/** Of each bank the registration that is running, else the newest, and whether any is in use there. */
export async function listNewest(db: Db): Promise<readonly (RegistrationWithSteps & { readonly inUse: boolean })[]> {
  const rows = await db
    .selectFrom("registrations")
    .distinctOn("aspspId")
    .selectAll()
    .select(headStatus)
    .orderBy("aspspId")
    .orderBy((eb) => eb.case().when("status", "=", "running").then(0).else(1).end())
    .orderBy("startedAt", "desc")
    .orderBy("registrationId", "desc")
    .execute();
  const inUse = new Set(rows.filter(({ headStatus }) => headStatus === "completed").map(({ registrationId }) => registrationId));
  return (await withSteps(db, rows)).map((entry) => ({ ...entry, inUse: inUse.has(entry.registration.registrationId) }));
}

/** The terms of successors that the bank let in, or was to, and that failed after all; null for those from before terms were kept. */
export async function listRefusedTerms(db: Db, replaces: string): Promise<readonly (RegistrationTerms | null)[]> {
  const rows = await db
    .selectFrom("registrations")
    .innerJoin("registrationSteps", "registrationSteps.registrationId", "registrations.registrationId")
    .select("terms")
    .where("replaces", "=", replaces)
    .where("status", "=", "failed")
    .where("step", "=", "submission")
    .execute();
  return rows.map(({ terms }) => terms);
}

/** Newest first. */
export async function listRegistrations(db: Db): Promise<readonly RegistrationWithSteps[]> {
  return withSteps(db, await db.selectFrom("registrations").selectAll().orderBy("startedAt", "desc").orderBy("registrationId", "desc").limit(500).execute());
}

/** Banks with registrations that began before terms were kept. */
export async function banksWithoutTerms(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom("registrations").select("aspspId").distinct().where("terms", "is", null).execute();
  return rows.map(({ aspspId }) => aspspId);
}

/** Writes down the terms of those at a bank that have none; terms that were kept stay. */
export async function fillTerms(db: Db, aspspId: string, terms: RegistrationTerms): Promise<void> {
  await db
    .updateTable("registrations")
    .set({ terms: jsonb(terms) })
    .where("aspspId", "=", aspspId)
    .where("terms", "is", null)
    .execute();
}

/** Banks where a registration is running. */
export async function banksUnderWay(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom("registrations").select("aspspId").where("status", "=", "running").execute();
  return new Set(rows.map(({ aspspId }) => aspspId));
}

/** Running registrations whose next try is due. */
export async function listDue(db: Db, now: Temporal.Instant): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("registrations")
    .select("registrationId")
    .where("status", "=", "running")
    .where("nextTryAt", "<=", now)
    .orderBy("nextTryAt")
    .limit(20)
    .execute();
  return rows.map((row) => row.registrationId);
}

/** Records a step and makes the next one due at once. Steps that stood on an older run of it are forgotten. */
export async function saveStep(tx: Tx, registrationId: string, finished: FinishedStep, forgotten: readonly RegistrationStep[]): Promise<void> {
  const { step, artefact, ...times } = finished;
  const row = { registrationId, step, artefact: jsonb(artefact), finishedAt: times.finishedAt, durationMs: times.durationMs, expiresAt: times.expiresAt };
  if (forgotten.length > 0) await tx.deleteFrom("registrationSteps").where("registrationId", "=", registrationId).where("step", "in", forgotten).execute();
  await tx
    .insertInto("registrationSteps")
    .values(row)
    .onConflict((oc) =>
      oc
        .columns(["registrationId", "step"])
        .doUpdateSet({ artefact: row.artefact, finishedAt: row.finishedAt, durationMs: row.durationMs, expiresAt: row.expiresAt }),
    )
    .execute();
  await tx
    .updateTable("registrations")
    .set({ tries: 0, nextTryAt: finished.finishedAt, errorCode: null, errorMessage: null, errorAt: null })
    .where("registrationId", "=", registrationId)
    .execute();
}

export async function completeRegistration(tx: Tx, registrationId: string, at: Temporal.Instant, fruitlessRenewals: number): Promise<void> {
  await tx
    .updateTable("registrations")
    .set({ status: "completed", completedAt: at, fruitlessRenewals, nextTryAt: null, errorCode: null, errorMessage: null, errorAt: null })
    .where("registrationId", "=", registrationId)
    .execute();
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly at: Temporal.Instant;
}

export async function failRegistration(tx: Tx, registrationId: string, failure: Failure): Promise<void> {
  await tx
    .updateTable("registrations")
    .set({ status: "failed", nextTryAt: null, errorCode: failure.code, errorMessage: failure.message, errorAt: failure.at })
    .where("registrationId", "=", registrationId)
    .execute();
}

export async function postponeRegistration(tx: Tx, registrationId: string, failure: Failure, nextTryAt: Temporal.Instant): Promise<void> {
  await tx
    .updateTable("registrations")
    .set((eb) => ({ tries: eb("tries", "+", 1), nextTryAt, errorCode: failure.code, errorMessage: failure.message, errorAt: failure.at }))
    .where("registrationId", "=", registrationId)
    .execute();
}

async function withSteps(db: Db, rows: readonly RegistrationRow[]): Promise<readonly RegistrationWithSteps[]> {
  const finished = await finishedSteps(
    db,
    rows.map((row) => row.registrationId),
  );
  return rows.map((registration) => ({ registration, finished: finished.get(registration.registrationId) ?? [] }));
}

async function finishedSteps(db: Db, registrationIds: readonly string[]): Promise<Map<string, FinishedStep[]>> {
  if (registrationIds.length === 0) return new Map();
  const rows = await db.selectFrom("registrationSteps").selectAll().where("registrationId", "in", registrationIds).execute();
  return Map.groupBy(rows, (row) => row.registrationId);
}
