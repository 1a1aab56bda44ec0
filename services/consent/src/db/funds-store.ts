/** Reads and writes permissions to ask for funds, always for a PSU; what spans people is for jobs alone and gives keys only. */
import type { Amount } from "@opl/money";
import { columnNames } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import type { FundsConsent } from "../domain/funds-consent.ts";
import { nextWarningAt } from "../domain/validity.ts";
import { consentColumns } from "./tables.ts";
import type { ConsentTables, FundsConsentsTable } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;
type Row = Selectable<FundsConsentsTable>;

export interface FundsKey {
  readonly psuId: string;
  readonly fundsConsentId: string;
}
export interface Confirmation {
  readonly amount: Amount;
  readonly fundsAvailable: boolean;
  readonly confirmedAt: Temporal.Instant;
}
export interface FundsConsentWithAnswer {
  readonly consent: FundsConsent;
  readonly lastConfirmation: Confirmation | null;
}

export async function insertFundsConsent(tx: Tx, consent: FundsConsent): Promise<void> {
  await tx
    .insertInto("fundsConsents")
    .values({ ...toRow(consent), confirmedMinor: null, confirmedCurrency: null, fundsAvailable: null, confirmedAt: null })
    .execute();
}

export async function lockFundsConsent(tx: Tx, { psuId, fundsConsentId }: FundsKey): Promise<FundsConsent | undefined> {
  const row = await tx
    .selectFrom("fundsConsents")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("fundsConsentId", "=", fundsConsentId)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** Locks all of a person's, newest first, the order in which whoever needs several takes them. */
export async function lockFundsOfPsu(tx: Tx, psuId: string): Promise<readonly FundsConsent[]> {
  const newestFirst = tx.selectFrom("fundsConsents").selectAll().where("psuId", "=", psuId).orderBy("createdAt", "desc").orderBy("fundsConsentId", "desc");
  return (await newestFirst.forUpdate().execute()).map(fromRow);
}

export async function saveFundsConsent(tx: Tx, consent: FundsConsent): Promise<void> {
  const { psuId, fundsConsentId, ...row } = toRow(consent);
  await tx.updateTable("fundsConsents").set(row).where("psuId", "=", psuId).where("fundsConsentId", "=", fundsConsentId).execute();
}

/** The bank's latest yes or no. */
export async function recordConfirmation(db: Db, { psuId, fundsConsentId }: FundsKey, { amount, fundsAvailable, confirmedAt }: Confirmation): Promise<void> {
  await db
    .updateTable("fundsConsents")
    .set({ confirmedMinor: amount.minor, confirmedCurrency: amount.currency, fundsAvailable, confirmedAt })
    .where("psuId", "=", psuId)
    .where("fundsConsentId", "=", fundsConsentId)
    .execute();
}

export async function getFundsConsent(db: Db, { psuId, fundsConsentId }: FundsKey): Promise<FundsConsentWithAnswer | undefined> {
  const row = await db.selectFrom("fundsConsents").selectAll().where("psuId", "=", psuId).where("fundsConsentId", "=", fundsConsentId).executeTakeFirst();
  return row === undefined ? undefined : withAnswer(row);
}

/** Newest first, also what has ended. */
export async function listFundsConsents(db: Db, psuId: string): Promise<readonly FundsConsentWithAnswer[]> {
  const rows = await db
    .selectFrom("fundsConsents")
    .select(columnNames(consentColumns.fundsConsents))
    .where("psuId", "=", psuId)
    .orderBy("createdAt", "desc")
    .orderBy("fundsConsentId", "desc")
    .execute();
  return rows.map(withAnswer);
}

export async function eraseFundsConsents(tx: Tx, psuId: string): Promise<void> {
  await tx.deleteFrom("fundsConsents").where("psuId", "=", psuId).execute();
}

/** For the clock: permissions that have run out by `now`. */
export async function listRunOutFunds(db: Db, now: Temporal.Instant, limit: number): Promise<readonly FundsKey[]> {
  return db
    .selectFrom("fundsConsents")
    .select(["psuId", "fundsConsentId"])
    .where("status", "=", "valid")
    .where("validUntil", "<=", now)
    .orderBy("validUntil")
    .limit(limit)
    .execute();
}

/** For the clock: permissions whose person must be told by `now` that the end is near. */
export async function listFundsToWarn(db: Db, now: Temporal.Instant, limit: number): Promise<readonly FundsKey[]> {
  return db
    .selectFrom("fundsConsents")
    .select(["psuId", "fundsConsentId"])
    .where("status", "=", "valid")
    .where("nextWarningAt", "<=", now)
    .where("validUntil", ">", now)
    .orderBy("nextWarningAt")
    .limit(limit)
    .execute();
}

/**
 * For the clock: a permission that was given by a replica which knew no warnings gets its next, as if it had been given now. All others have one
 * until their last day. @returns how many
 */
export async function scheduleFundsWarnings(db: Db, now: Temporal.Instant): Promise<number> {
  const unscheduled = await db
    .selectFrom("fundsConsents")
    .select(["psuId", "fundsConsentId", "validUntil"])
    .where("status", "=", "valid")
    .where("nextWarningAt", "is", null)
    .where(sql<boolean>`warned_at = '{}'`)
    .where("validUntil", ">", now.add({ hours: 24 }))
    .execute();
  for (const { psuId, fundsConsentId, validUntil } of unscheduled)
    await db
      .updateTable("fundsConsents")
      .set({ nextWarningAt: nextWarningAt({ from: now, validUntil, after: now }) })
      .where("psuId", "=", psuId)
      .where("fundsConsentId", "=", fundsConsentId)
      .where("status", "=", "valid")
      .where("nextWarningAt", "is", null)
      .where(sql<boolean>`warned_at = '{}'`)
      .execute();
  return unscheduled.length;
}

/**
 * For the clock: a permission that was given by a replica which knew no `authorisedAt` yet gets it from its attempt, and with it its receipts.
 * @returns how many
 */
export async function dateGivenFunds(db: Db): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update funds_consents f set authorised_at = a.finished_at
    from authorisations a
    where f.status = 'valid' and f.authorised_at is null
      and a.psu_id = f.psu_id and a.funds_consent_id = f.funds_consent_id and a.outcome = 'authorised'`.execute(db);
  return Number(numAffectedRows);
}

function withAnswer(row: Row): FundsConsentWithAnswer {
  const { confirmedMinor, confirmedCurrency, fundsAvailable, confirmedAt } = row;
  const answered = confirmedMinor !== null && confirmedCurrency !== null && fundsAvailable !== null && confirmedAt !== null;
  const lastConfirmation = answered ? { amount: { minor: confirmedMinor, currency: confirmedCurrency }, fundsAvailable, confirmedAt } : null;
  return { consent: fromRow(row), lastConfirmation };
}

function toRow(consent: FundsConsent) {
  const { warnedAt, ...kept } = consent;
  const { endedAt = null, reason = null, replacedBy = null } = "endedAt" in consent ? consent : {};
  return { ...kept, warnedAt: [...warnedAt], endedAt, reason, replacedBy };
}

function fromRow(row: Row): FundsConsent {
  const { psuId, fundsConsentId, aspspId, iban, createdAt, authorisedAt, validUntil, replaces, nextWarningAt, warnedAt, endedAt, reason, replacedBy, status } =
    row;
  const base = { psuId, fundsConsentId, aspspId, iban, createdAt, authorisedAt, validUntil, replaces, nextWarningAt, warnedAt };
  if (status === "received" || status === "valid") return { ...base, status };
  if (endedAt === null) throw new TypeError("A funds consent in the database breaks its own constraints.");
  return { ...base, status, endedAt, reason, replacedBy };
}
