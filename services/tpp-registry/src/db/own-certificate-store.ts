import type { OwnCertificate as OwnCertificateView } from "@opl/contracts/model";
import { type Executor, jsonb } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import type { OwnCertificate } from "../domain/own-certificate.ts";
import type { OwnCertificatesTable, TppRegistryTables } from "./tables.ts";

type Db = Executor<TppRegistryTables>;
type Tx = Transaction<TppRegistryTables>;
export type OwnCertificateRow = Selectable<OwnCertificatesTable>;

/** The gateway's answer takes the place of what was known; what only we know of a certificate stays. @returns whether one can be used that could not */
export async function saveOwnCertificates(tx: Tx, seen: readonly OwnCertificateView[], now: Temporal.Instant): Promise<boolean> {
  const ids = seen.map(({ certificateId }) => certificateId);
  const before = await tx.selectFrom("ownCertificates").select("certificateId").where("issued", "is not", null).execute();
  const usable = new Set(before.map(({ certificateId }) => certificateId));
  await tx
    .deleteFrom("ownCertificates")
    .$if(ids.length > 0, (query) => query.where("certificateId", "not in", ids))
    .execute();
  for (const { certificateId, createdAt, retiredAt, issued, ...rest } of seen) {
    const row = {
      ...rest,
      createdAt: Temporal.Instant.from(createdAt),
      retiredAt: retiredAt === null ? null : Temporal.Instant.from(retiredAt),
      issued: issued === null ? null : jsonb(issued),
    };
    await tx
      .insertInto("ownCertificates")
      .values({ certificateId, ...row, readySince: issued === null ? null : now, nextAskedAt: null, warnedAtDays: null })
      .onConflict((oc) =>
        oc.column("certificateId").doUpdateSet((eb) => ({ ...row, readySince: eb.fn.coalesce("ownCertificates.readySince", "excluded.readySince") })),
      )
      .execute();
  }
  return seen.some(({ certificateId, issued }) => issued !== null && !usable.has(certificateId));
}

/** As the inventory shows them, newest first. */
export function listOwnCertificateRows(db: Db): Promise<OwnCertificateRow[]> {
  return db.selectFrom("ownCertificates").selectAll().orderBy("createdAt", "desc").orderBy("certificateId", "desc").execute();
}

/** As the rules about their turn want them. */
export async function listOwnCertificates(db: Db): Promise<readonly OwnCertificate[]> {
  const [rows, keys] = await Promise.all([listOwnCertificateRows(db), db.selectFrom("publicKeys").select(["kid", "publishedAt"]).execute()]);
  const published = new Map(keys.map(({ kid, publishedAt }) => [kid, publishedAt]));
  return rows.map(({ issued, ...row }) => ({
    ...row,
    issued:
      issued === null
        ? null
        : {
            thumbprint: issued.thumbprint,
            notBefore: Temporal.Instant.from(issued.notBefore),
            notAfter: Temporal.Instant.from(issued.notAfter),
            refused: issued.problems.some(({ refused }) => refused),
          },
    publishedAt: issued === null ? null : (published.get(issued.kid) ?? null),
  }));
}

/** Notes that the next one is being asked for; false when somebody else does, or did after `givenUpBefore`. */
export async function claimRequest(db: Db, certificateId: string, now: Temporal.Instant, givenUpBefore: Temporal.Instant): Promise<boolean> {
  const claimed = await db
    .updateTable("ownCertificates")
    .set({ nextAskedAt: now })
    .where("certificateId", "=", certificateId)
    .where((eb) => eb.or([eb("nextAskedAt", "is", null), eb("nextAskedAt", "<=", givenUpBefore)]))
    .returning("certificateId")
    .executeTakeFirst();
  return claimed !== undefined;
}

/** Those that may be used, locked for the warning. */
export function lockReady(tx: Tx): Promise<OwnCertificateRow[]> {
  return tx.selectFrom("ownCertificates").selectAll().where("status", "=", "ready").orderBy("certificateId").forUpdate().skipLocked().execute();
}

export async function recordOwnWarning(tx: Tx, certificateId: string, days: number): Promise<void> {
  await tx.updateTable("ownCertificates").set({ warnedAtDays: days }).where("certificateId", "=", certificateId).execute();
}
