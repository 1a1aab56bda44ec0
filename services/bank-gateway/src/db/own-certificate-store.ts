import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables } from "./tables.ts";

/** One of our own certificates with its sealed key. */
export interface OwnCertificateRow extends SealedValue {
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

/** Keeps what was issued, for a request that still waits. @returns false when it does not wait any more */
export async function saveIssuedChain(db: Executor<Tables>, certificateId: string, chainPem: readonly string[]): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("ownCertificates")
    .set({ chainPem: jsonb([...chainPem]) })
    .where("certificateId", "=", certificateId)
    .where("chainPem", "is", null)
    .where("retiredAt", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function retireOwnCertificate(db: Executor<Tables>, certificateId: string, now: Temporal.Instant): Promise<void> {
  await db.updateTable("ownCertificates").set({ retiredAt: now }).where("certificateId", "=", certificateId).where("retiredAt", "is", null).execute();
}
