import type { Executor } from "@opl/postgres";
import type { SealedValue } from "../vault/vault.ts";
import type { Transaction } from "kysely";
import type { Tables } from "./tables.ts";

export interface StoredTokenSet extends SealedValue {
  readonly version: number;
  readonly accessExpiresAt: Temporal.Instant;
  readonly refreshAttempts: number;
}

export interface TokenSetDates {
  readonly accessExpiresAt: Temporal.Instant;
  readonly refreshExpiresAt: Temporal.Instant | null;
}

export async function insertTokenSet(tx: Executor<Tables>, consentId: string, value: SealedValue, dates: TokenSetDates, now: Temporal.Instant): Promise<void> {
  await tx
    .insertInto("tokenSets")
    .values({ consentId, ...value, ...dates, version: 1, refreshedAt: now, refreshAttempts: 0 })
    .execute();
}

const columns = ["dataKeyId", "sealed", "version", "accessExpiresAt", "refreshAttempts"] as const;

export async function getTokenSet(db: Executor<Tables>, consentId: string): Promise<StoredTokenSet | undefined> {
  return db.selectFrom("tokenSets").select(columns).where("consentId", "=", consentId).executeTakeFirst();
}

/** Keeps the tokens of a consent as they are until the transaction ends. @returns their version */
export async function lockTokenSet(tx: Executor<Tables>, consentId: string): Promise<number | undefined> {
  const row = await tx.selectFrom("tokenSets").select("version").where("consentId", "=", consentId).forUpdate().executeTakeFirst();
  return row?.version;
}

/** What whoever refreshes a version begins with. */
export interface RefreshLease extends StoredTokenSet {
  /** Whose refresh token left without an answer, if one did. */
  readonly refreshUnansweredVersion: number | null;
}

/** Takes the right to refresh one version; undefined when another process holds it or has finished. */
export async function takeRefreshLease(
  tx: Executor<Tables>,
  consentId: string,
  version: number,
  now: Temporal.Instant,
  until: Temporal.Instant,
): Promise<RefreshLease | undefined> {
  return tx
    .updateTable("tokenSets")
    .set({ refreshLeaseUntil: until })
    .where("consentId", "=", consentId)
    .where("version", "=", version)
    .where((eb) => eb.or([eb("refreshLeaseUntil", "is", null), eb("refreshLeaseUntil", "<", now)]))
    .returning([...columns, "refreshUnansweredVersion"])
    .executeTakeFirst();
}

/**
 * Counts an attempt of whoever holds the lease until `until`, before it is made; the same number again changes nothing. False when the lease is
 * another's by now, or the tokens are gone: then nothing may be sent.
 */
export async function countRefreshAttempt(
  db: Executor<Tables>,
  consentId: string,
  version: number,
  until: Temporal.Instant,
  refreshAttempts: number,
): Promise<boolean> {
  const row = await db
    .updateTable("tokenSets")
    .set({ refreshAttempts })
    .where("consentId", "=", consentId)
    .where("version", "=", version)
    .where("refreshLeaseUntil", "=", until)
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/** Puts the next version in place and gives the lease back. False when the consent ended meanwhile. */
export async function replaceTokenSet(
  tx: Executor<Tables>,
  consentId: string,
  version: number,
  value: SealedValue,
  dates: TokenSetDates,
  now: Temporal.Instant,
): Promise<boolean> {
  const row = await tx
    .updateTable("tokenSets")
    .set({ ...value, ...dates, version: version + 1, refreshedAt: now, refreshLeaseUntil: null, refreshAttempts: 0 })
    .where("consentId", "=", consentId)
    .where("version", "=", version)
    .returning("consentId")
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * The bank gave no tokens: somebody may try again, and what was counted before stands. With `unanswered` it may have spent the token of this version
 * all the same. A lease that somebody else holds by now stays.
 */
export async function releaseRefreshLease(
  tx: Executor<Tables>,
  consentId: string,
  until: Temporal.Instant,
  { refreshAttempts, unanswered }: { readonly refreshAttempts: number; readonly unanswered: boolean },
): Promise<void> {
  await tx
    .updateTable("tokenSets")
    .set((eb) => ({ refreshLeaseUntil: null, refreshAttempts, ...(unanswered ? { refreshUnansweredVersion: eb.ref("version") } : {}) }))
    .where("consentId", "=", consentId)
    .where("refreshLeaseUntil", "=", until)
    .execute();
}

/** Forgets the tokens and hands them out one last time. */
export async function takeTokenSet(tx: Executor<Tables>, consentId: string): Promise<SealedValue | undefined> {
  return tx.deleteFrom("tokenSets").where("consentId", "=", consentId).returning(["dataKeyId", "sealed"]).executeTakeFirst();
}

/** Which refresh tokens would lapse unused: those that end before a time, and those that nobody used since another. */
export interface LapsingLimits {
  readonly now: Temporal.Instant;
  readonly expiresBefore: Temporal.Instant;
  readonly idleSince: Temporal.Instant;
}

/** A consent that is paused, or over by our own clock, asks nothing of its bank. */
function lapsing(db: Executor<Tables>, { now, expiresBefore, idleSince }: LapsingLimits) {
  return db
    .selectFrom("tokenSets")
    .innerJoin("bankConsents", "bankConsents.consentId", "tokenSets.consentId")
    .where("status", "=", "authorised")
    .where("validUntil", ">", now)
    .where("scaRequiredAt", "is", null)
    .where((eb) => eb.or([eb("reconfirmBy", "is", null), eb("reconfirmBy", ">", now)]))
    .where((eb) => eb.or([eb("refreshExpiresAt", "<", expiresBefore), eb("refreshedAt", "<", idleSince)]))
    .where((eb) => eb.or([eb("refreshNotBefore", "is", null), eb("refreshNotBefore", "<=", now)]));
}

/** Banks with refresh tokens that would lapse unused. */
export async function banksOfLapsing(db: Executor<Tables>, limits: LapsingLimits): Promise<readonly string[]> {
  const rows = await lapsing(db, limits).select("aspspId").distinct().execute();
  return rows.map(({ aspspId }) => aspspId);
}

/** Takes the set of a bank that would lapse unused soonest. Nobody else takes it before the time that `notBefore` says. */
export async function takeLapsing(
  tx: Transaction<Tables>,
  aspspId: string,
  limits: LapsingLimits,
  notBefore: (refreshExpiresAt: Temporal.Instant | null) => Temporal.Instant,
): Promise<{ readonly consentId: string; readonly version: number } | undefined> {
  const taken = await lapsing(tx, limits)
    .select(["tokenSets.consentId", "version", "refreshExpiresAt"])
    .where("aspspId", "=", aspspId)
    .orderBy("refreshExpiresAt", (order) => order.asc().nullsLast())
    .orderBy("refreshedAt")
    .limit(1)
    .forUpdate("tokenSets")
    .skipLocked()
    .executeTakeFirst();
  if (taken === undefined) return undefined;
  const { consentId, version, refreshExpiresAt } = taken;
  await tx
    .updateTable("tokenSets")
    .set({ refreshNotBefore: notBefore(refreshExpiresAt) })
    .where("consentId", "=", consentId)
    .execute();
  return { consentId, version };
}
