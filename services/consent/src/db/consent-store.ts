/** Reads and writes consents, always for a PSU; what spans people is for jobs alone and gives keys only. */
import type { CoveredAccount } from "@opl/contracts/model";
import { columnNames } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import { grantOf, hasEnded } from "../domain/consent.ts";
import type { Consent, Grant } from "../domain/consent.ts";
import { consentColumns } from "./tables.ts";
import type { ConsentHistoryTable, ConsentsTable, ConsentTables } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;
type ConsentRow = Selectable<ConsentsTable>;

export interface ConsentKey {
  readonly psuId: string;
  readonly consentId: string;
}
export type HistoryEntry = Pick<Selectable<ConsentHistoryTable>, "at" | "what" | "by" | "reason">;
/** A consent with what is remembered of it. */
export interface ConsentRecord {
  readonly consent: Consent;
  readonly lastUsedAt: Temporal.Instant | null;
  readonly accounts: readonly CoveredAccount[];
  readonly history: readonly HistoryEntry[];
}

export async function insertConsent(tx: Tx, consent: Consent): Promise<void> {
  await tx
    .insertInto("consents")
    .values({ ...toRow(consent), aspspConsentId: null, lastUsedAt: null })
    .execute();
}

/** Locks the consent until the transaction ends: its next state is decided on what is read here. */
export async function lockConsent(tx: Tx, { psuId, consentId }: ConsentKey): Promise<Consent | undefined> {
  const row = await tx.selectFrom("consents").selectAll().where("psuId", "=", psuId).where("consentId", "=", consentId).forUpdate().executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/**
 * Locks several consents, by person and id. Whoever locks more than one row does it in one order, so that nobody waits in a circle: the person
 * (`lockPsu`), attempts, consents by their ids, payment orders, permissions to ask for funds
 * from the newest to the oldest (`lockFundsOfPsu`).
 */
export async function lockConsents(tx: Tx, keys: readonly ConsentKey[]): Promise<void> {
  await sql`
    select from consents join unnest(${keys.map(({ psuId }) => psuId)}::uuid[], ${keys.map(({ consentId }) => consentId)}::uuid[]) as wanted (psu_id, consent_id)
    using (psu_id, consent_id) order by psu_id, consent_id for update of consents`.execute(tx);
}

/** A consent and the one it takes the place of, if any. */
export async function keysOfRenewal(tx: Tx, { psuId, consentId }: ConsentKey): Promise<readonly ConsentKey[]> {
  const row = await tx.selectFrom("consents").select("replaces").where("psuId", "=", psuId).where("consentId", "=", consentId).executeTakeFirst();
  const replaces = row?.replaces ?? null;
  return [{ psuId, consentId }, ...(replaces === null ? [] : [{ psuId, consentId: replaces }])];
}

export async function saveConsent(tx: Tx, consent: Consent): Promise<void> {
  const { psuId, consentId, ...row } = toRow(consent);
  await tx.updateTable("consents").set(row).where("psuId", "=", psuId).where("consentId", "=", consentId).execute();
}

/** @returns false when the consent is gone */
export async function recordAspspConsentId(tx: Tx, { psuId, consentId }: ConsentKey, aspspConsentId: string): Promise<boolean> {
  const result = await tx.updateTable("consents").set({ aspspConsentId }).where("psuId", "=", psuId).where("consentId", "=", consentId).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Call with the consent locked or just inserted: positions are counted. */
export async function appendHistory(tx: Tx, { psuId, consentId }: ConsentKey, entry: HistoryEntry): Promise<void> {
  await tx
    .insertInto("consentHistory")
    .columns(["psuId", "consentId", "position", "at", "what", "by", "reason"])
    .expression((eb) =>
      eb
        .selectFrom("consentHistory")
        .where("psuId", "=", psuId)
        .where("consentId", "=", consentId)
        .select((s) => [
          s.val(psuId).as("psuId"),
          s.val(consentId).as("consentId"),
          s.fn.coalesce(s(s.fn.max("position"), "+", 1), s.lit(1)).as("position"),
          s.val(entry.at.toString()).as("at"),
          s.val(entry.what).as("what"),
          s.val(entry.by).as("by"),
          s.val(entry.reason).as("reason"),
        ]),
    )
    .execute();
}

export async function getConsent(db: Db, { psuId, consentId }: ConsentKey): Promise<ConsentRecord | undefined> {
  const row = await consentsOf(db, psuId).where("consentId", "=", consentId).executeTakeFirst();
  if (row === undefined) return undefined;
  return toRecord(row, await historyOf(db, psuId).where("consentId", "=", consentId).execute());
}

/** Newest first, also what has ended. */
export async function listConsents(db: Db, psuId: string): Promise<readonly ConsentRecord[]> {
  const rows = await consentsOf(db, psuId).orderBy("createdAt", "desc").orderBy("consentId", "desc").execute();
  const entries = Map.groupBy(await historyOf(db, psuId).execute(), ({ consentId }) => consentId);
  return rows.map((row) => toRecord(row, entries.get(row.consentId) ?? []));
}

/** Facts may come late, twice and in any order, also after the consent has ended: the latest use stands. */
export async function recordUse(tx: Tx, { psuId, consentId }: ConsentKey, at: string): Promise<void> {
  await sql`
    update consents set last_used_at = ${at}::timestamptz
    where psu_id = ${psuId}::uuid and consent_id = ${consentId}::uuid and (last_used_at is null or last_used_at < ${at}::timestamptz)`.execute(tx);
}

/** The same: what is known of an account stays, a later fact fills in what was not. Nothing where the consent is gone. */
export async function recordCoveredAccount(tx: Tx, { psuId, consentId }: ConsentKey, { accountId, kind, maskedNumber }: CoveredAccount): Promise<void> {
  await sql`
    insert into consent_accounts as known (psu_id, consent_id, account_id, kind, masked_number)
    select psu_id, consent_id, ${accountId}::uuid, ${kind}, ${maskedNumber} from consents
    where psu_id = ${psuId}::uuid and consent_id = ${consentId}::uuid for key share
    on conflict (psu_id, consent_id, account_id) do update
    set kind = coalesce(nullif(known.kind, 'unknown'), excluded.kind), masked_number = coalesce(known.masked_number, excluded.masked_number)`.execute(tx);
}

export async function listConsentKeys(tx: Tx, psuId: string): Promise<readonly ConsentKey[]> {
  return tx.selectFrom("consents").select(["psuId", "consentId"]).where("psuId", "=", psuId).orderBy("consentId").execute();
}

/** Everything about a person; history and attempts go with the consents. */
export async function eraseConsents(tx: Tx, psuId: string): Promise<void> {
  await tx.deleteFrom("consents").where("psuId", "=", psuId).execute();
}

/** For the clock: consents that have run out by `now`. */
export async function listRunOut(db: Db, now: Temporal.Instant, limit: number): Promise<readonly ConsentKey[]> {
  return db
    .selectFrom("consents")
    .select(["psuId", "consentId"])
    .where("status", "in", standing)
    .where("validUntil", "<=", now)
    .orderBy("validUntil")
    .limit(limit)
    .execute();
}

/** For the clock: consents whose person must be told by `now` that the end is near. */
export async function listToWarn(db: Db, now: Temporal.Instant, limit: number): Promise<readonly ConsentKey[]> {
  return db
    .selectFrom("consents")
    .select(["psuId", "consentId"])
    .where("status", "in", standing)
    .where("nextWarningAt", "<=", now)
    .where("validUntil", ">", now)
    .orderBy("nextWarningAt")
    .limit(limit)
    .execute();
}

/** For the clock: consents whose person must be reminded by `now` to confirm. */
export async function listToRemind(db: Db, now: Temporal.Instant, limit: number): Promise<readonly ConsentKey[]> {
  return db
    .selectFrom("consents")
    .select(["psuId", "consentId"])
    .where("status", "=", "valid")
    .where("nextReminderAt", "<=", now)
    .where("reconfirmBy", ">", now)
    .orderBy("nextReminderAt")
    .limit(limit)
    .execute();
}

/** For the clock: consents that nobody confirmed by `now`. */
export async function listUnconfirmed(db: Db, now: Temporal.Instant, limit: number): Promise<readonly ConsentKey[]> {
  return db
    .selectFrom("consents")
    .select(["psuId", "consentId"])
    .where("status", "=", "valid")
    .where("reconfirmBy", "<=", now)
    .orderBy("reconfirmBy")
    .limit(limit)
    .execute();
}

const standing = ["valid", "unconfirmed", "scaRequired"] satisfies Consent["status"][];

const consentsOf = (db: Db, psuId: string) =>
  db
    .selectFrom("consents")
    .select(columnNames(consentColumns.consents))
    .select(
      sql<readonly CoveredAccount[]>`(
        select coalesce(json_agg(json_build_object('accountId', account_id, 'kind', kind, 'maskedNumber', masked_number) order by account_id), '[]')
        from consent_accounts covered where covered.psu_id = consents.psu_id and covered.consent_id = consents.consent_id
      )`.as("accounts"),
    )
    .where("psuId", "=", psuId);

const historyOf = (db: Db, psuId: string) =>
  db.selectFrom("consentHistory").select(["consentId", "at", "what", "by", "reason"]).where("psuId", "=", psuId).orderBy("consentId").orderBy("position");

function toRecord(row: ConsentRow & Pick<ConsentRecord, "accounts">, history: readonly HistoryEntry[]): ConsentRecord {
  return { consent: fromRow(row), lastUsedAt: row.lastUsedAt, accounts: row.accounts, history };
}

/** Without what facts of others tell of it, which no command changes. */
function toRow(consent: Consent): Omit<ConsentRow, "aspspConsentId" | "lastUsedAt"> {
  const { consentId, psuId, aspspId, status, createdAt, requestedValidUntil, replaces, reconfirmDays } = consent;
  const grant = grantOf(consent);
  return {
    consentId,
    psuId,
    aspspId,
    status,
    createdAt,
    requestedValidUntil,
    replaces,
    authorisedAt: grant?.authorisedAt ?? null,
    validUntil: grant?.validUntil ?? null,
    scope: grant === null ? null : [...grant.scope],
    nextWarningAt: grant?.nextWarningAt ?? null,
    endedAt: hasEnded(consent) ? consent.endedAt : null,
    endReason: consent.status === "rejected" ? consent.reason : null,
    replacedBy: consent.status === "replaced" ? consent.replacedBy : null,
    reconfirmDays,
    confirmedAt: grant?.reconfirmation?.confirmedAt ?? null,
    reconfirmBy: grant?.reconfirmation?.dueAt ?? null,
    nextReminderAt: grant?.reconfirmation?.nextReminderAt ?? null,
  };
}

function fromRow(row: ConsentRow): Consent {
  const { consentId, psuId, aspspId, createdAt, requestedValidUntil, replaces, reconfirmDays } = row;
  const base = { consentId, psuId, aspspId, createdAt, requestedValidUntil, replaces, reconfirmDays };
  const grant = grantOfRow(row);
  switch (row.status) {
    case "received":
      return { ...base, status: row.status };
    case "valid":
    case "unconfirmed":
    case "scaRequired":
      return { ...base, status: row.status, grant: present(grant) };
    case "rejected":
      return { ...base, status: row.status, endedAt: present(row.endedAt), reason: present(row.endReason) };
    case "revokedByPsu":
    case "terminatedByTpp":
      return { ...base, status: row.status, endedAt: present(row.endedAt), grant };
    case "expired":
      return { ...base, status: row.status, endedAt: present(row.endedAt), grant: present(grant) };
    case "replaced":
      return { ...base, status: row.status, endedAt: present(row.endedAt), grant: present(grant), replacedBy: present(row.replacedBy) };
  }
}

function grantOfRow({ authorisedAt, validUntil, scope, nextWarningAt, confirmedAt, reconfirmBy, nextReminderAt }: ConsentRow): Grant | null {
  if (authorisedAt === null) return null;
  const reconfirmation = reconfirmBy === null ? null : { confirmedAt: present(confirmedAt), dueAt: reconfirmBy, nextReminderAt };
  return { authorisedAt, validUntil: present(validUntil), scope: present(scope), nextWarningAt, reconfirmation };
}

/** The table's constraints say that it is there. */
function present<T>(value: T | null): T {
  if (value === null) throw new TypeError("A consent in the database breaks its own constraints.");
  return value;
}
