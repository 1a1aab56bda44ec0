import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { Kysely } from "kysely";
import type { SealedValue } from "../vault/vault.ts";
import { unlessBusy } from "./session-lock.ts";
import type { Tables } from "./tables.ts";

/** How a request stands that has no certificate yet. */
export interface Unanswered {
  /** How often it was sent. */
  readonly attempts: number;
  /** Not sent again before then; null: at any time. */
  readonly retryAt: Temporal.Instant | null;
  /** Why the provider refused it; then it is not sent again by itself. */
  readonly refusal: string | null;
}

export const neverSent: Unanswered = { attempts: 0, retryAt: null, refusal: null };

/** One of our own certificates with its sealed key. */
export interface OwnCertificateRow extends SealedValue, Unanswered {
  readonly certificateId: string;
  readonly purpose: "qwac" | "qsealc";
  readonly keyType: "rsa" | "ec";
  readonly csrPem: string | null;
  /** Leaf first; null until it is issued. */
  readonly chainPem: readonly string[] | null;
  readonly createdAt: Temporal.Instant;
  readonly retiredAt: Temporal.Instant | null;
}

export async function insertOwnCertificate(db: Executor<Tables>, { chainPem, ...row }: OwnCertificateRow): Promise<void> {
  await db
    .insertInto("ownCertificates")
    .values({ ...row, chainPem: chainPem === null ? null : jsonb([...chainPem]) })
    .execute();
}

/** The newest first. */
export async function listOwnCertificates(db: Executor<Tables>): Promise<OwnCertificateRow[]> {
  return db.selectFrom("ownCertificates").selectAll().orderBy("createdAt", "desc").orderBy("certificateId", "desc").execute();
}

export async function getOwnCertificate(db: Executor<Tables>, certificateId: string): Promise<OwnCertificateRow | undefined> {
  return db.selectFrom("ownCertificates").selectAll().where("certificateId", "=", certificateId).executeTakeFirst();
}

/** Requests that wait for the provider and whose time it is, the oldest first. */
export async function listUnanswered(db: Executor<Tables>, now: Temporal.Instant): Promise<OwnCertificateRow[]> {
  return db
    .selectFrom("ownCertificates")
    .selectAll()
    .where("chainPem", "is", null)
    .where("retiredAt", "is", null)
    .where("refusal", "is", null)
    .where((eb) => eb.or([eb("retryAt", "is", null), eb("retryAt", "<=", now)]))
    .orderBy("createdAt")
    .orderBy("certificateId")
    .execute();
}

/** Keeps how a request stands that was sent in vain. @returns just that */
export async function saveUnanswered(db: Executor<Tables>, certificateId: string, standing: Unanswered): Promise<Unanswered> {
  await db
    .updateTable("ownCertificates")
    .set({ ...standing })
    .where("certificateId", "=", certificateId)
    .where("chainPem", "is", null)
    .execute();
  return standing;
}

/** Keeps what was issued, for a request that still waits. @returns false when it does not wait any more */
export async function saveIssuedChain(db: Executor<Tables>, certificateId: string, chainPem: readonly string[]): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("ownCertificates")
    .set({ chainPem: jsonb([...chainPem]), retryAt: null, refusal: null })
    .where("certificateId", "=", certificateId)
    .where("chainPem", "is", null)
    .where("retiredAt", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function retireOwnCertificate(db: Executor<Tables>, certificateId: string, now: Temporal.Instant): Promise<void> {
  await db.updateTable("ownCertificates").set({ retiredAt: now }).where("certificateId", "=", certificateId).where("retiredAt", "is", null).execute();
}

/** One request for certificates at a time, over all replicas. @returns `busy` when somebody else is at it */
export const unlessSomebodyRequests = <T>(db: Kysely<Tables>, run: () => Promise<T>) => unlessBusy(db, "own certificates", run);
