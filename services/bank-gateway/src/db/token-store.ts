import type { Executor } from "@opl/postgres";
import type { SealedValue } from "../vault/vault.ts";
import { sql } from "kysely";
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

/** Takes the right to refresh one version; undefined when another process holds it or has finished. The attempt is counted before it is made. */
export async function takeRefreshLease(
  tx: Executor<Tables>,
  consentId: string,
  version: number,
  now: Temporal.Instant,
  until: Temporal.Instant,
): Promise<StoredTokenSet | undefined> {
  return tx
    .updateTable("tokenSets")
    .set({ refreshLeaseUntil: until, refreshAttempts: sql`refresh_attempts + 1` })
    .where("consentId", "=", consentId)
    .where("version", "=", version)
    .where((eb) => eb.or([eb("refreshLeaseUntil", "is", null), eb("refreshLeaseUntil", "<", now)]))
    .returning(columns)
    .executeTakeFirst();
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

/** The bank could not be asked: somebody may try again, and it did not count. A lease that somebody else holds by now stays. */
export async function releaseRefreshLease(tx: Executor<Tables>, consentId: string, until: Temporal.Instant): Promise<void> {
  await tx
    .updateTable("tokenSets")
    .set({ refreshLeaseUntil: null, refreshAttempts: 0 })
    .where("consentId", "=", consentId)
    .where("refreshLeaseUntil", "=", until)
    .execute();
}

/** Forgets the tokens and hands them out one last time. */
export async function takeTokenSet(tx: Executor<Tables>, consentId: string): Promise<SealedValue | undefined> {
  return tx.deleteFrom("tokenSets").where("consentId", "=", consentId).returning(["dataKeyId", "sealed"]).executeTakeFirst();
}

/** Consents whose refresh token would lapse unused; one that is paused asks nothing of its bank. */
export async function tokenSetsToRefresh(
  db: Executor<Tables>,
  limits: { now: Temporal.Instant; expiresBefore: Temporal.Instant; idleSince: Temporal.Instant },
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("tokenSets")
    .innerJoin("bankConsents", "bankConsents.consentId", "tokenSets.consentId")
    .select("tokenSets.consentId")
    .where("scaRequiredAt", "is", null)
    .where((eb) => eb.or([eb("reconfirmBy", "is", null), eb("reconfirmBy", ">", limits.now)]))
    .where((eb) => eb.or([eb("refreshExpiresAt", "<", limits.expiresBefore), eb("refreshedAt", "<", limits.idleSince)]))
    .orderBy("refreshedAt")
    .limit(limit)
    .execute();
  return rows.map(({ consentId }) => consentId);
}
