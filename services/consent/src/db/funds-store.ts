/** Reads and writes permissions to ask for funds, always for a PSU; what spans people is for jobs alone and gives keys only. */
import type { Amount } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import type { FundsConsent } from "../domain/funds-consent.ts";
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
  const rows = await db.selectFrom("fundsConsents").selectAll().where("psuId", "=", psuId).orderBy("createdAt", "desc").orderBy("fundsConsentId").execute();
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
 * For the clock: a permission that was given by a replica which knew no warnings gets its first, at once where its time has come. All others
 * have one until their last day. @returns how many
 */
export async function scheduleFundsWarnings(db: Db, now: Temporal.Instant): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update funds_consents set next_warning_at = greatest(valid_until - interval '720 hours', ${now}::timestamptz)
    where status = 'valid' and next_warning_at is null and warned_at = '{}' and valid_until > ${now}::timestamptz + interval '24 hours'`.execute(db);
  return Number(numAffectedRows);
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
