import type { Executor } from "@opl/postgres";
import { type Selectable, sql, type Transaction } from "kysely";
import type { CertificatesTable, TppRegistryTables } from "./tables.ts";

type Tx = Transaction<TppRegistryTables>;
export type CertificateRow = Selectable<CertificatesTable>;

/** A certificate that the registration is known to have stays as it is. @returns the ones that are new */
export async function insertCertificates(tx: Tx, rows: readonly Omit<CertificateRow, "warnedAtDays">[]): Promise<readonly CertificateRow[]> {
  if (rows.length === 0) return [];
  return tx
    .insertInto("certificates")
    .values(rows.map((row) => ({ ...row, roles: [...row.roles], chainPem: [...row.chainPem] })))
    .onConflict((oc) => oc.columns(["registrationId", "thumbprint"]).doNothing())
    .returningAll()
    .execute();
}

/** Newest first, with whether the registration they belong to serves at its bank, or is about to: none that came to serve began after it. */
export async function listCertificates(db: Executor<TppRegistryTables>): Promise<readonly (CertificateRow & { readonly current: boolean })[]> {
  const rows = await db
    .selectFrom("certificates")
    .innerJoin("registrations", "registrations.registrationId", "certificates.registrationId")
    .selectAll("certificates")
    .select("registrations.status as registrationStatus")
    .select((eb) =>
      eb
        .selectFrom("registrations as newer")
        .whereRef("newer.aspspId", "=", "registrations.aspspId")
        .where("newer.status", "=", "completed")
        .whereRef("newer.startedAt", ">", "registrations.startedAt")
        .select((count) => count.fn.countAll<bigint>().as("count"))
        .as("newer"),
    )
    .orderBy("notBefore", "desc")
    .orderBy("certificateId")
    .execute();
  return rows.map(({ newer, registrationStatus, ...row }) => ({
    ...row,
    current: (newer ?? 0n) === 0n && (registrationStatus === "completed" || registrationStatus === "running"),
  }));
}

/** Thumbprints of what registrations use that are under way; they serve soon. */
export async function thumbprintsUnderWay(db: Executor<TppRegistryTables>): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("certificates")
    .innerJoin("registrations", "registrations.registrationId", "certificates.registrationId")
    .select("thumbprint")
    .where("inUse", "=", true)
    .where("registrations.status", "=", "running")
    .execute();
  return rows.map(({ thumbprint }) => thumbprint);
}

/**
 * Certificates whose bank uses them and whose next warning is due, locked for it: `dueAt` says of each number of days until when a certificate
 * ends that is to be told of then. Our own that are ready are told of once, not once a bank, and not here.
 */
export async function lockEnding(tx: Tx, dueAt: ReadonlyMap<number, Temporal.Instant>): Promise<readonly CertificateRow[]> {
  return tx
    .selectFrom("certificates")
    .innerJoin("registrations", "registrations.registrationId", "certificates.registrationId")
    .selectAll("certificates")
    .where("inUse", "=", true)
    .where("registrations.status", "in", ["running", "completed"])
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("registrations as newer")
            .select("newer.registrationId")
            .whereRef("newer.aspspId", "=", "registrations.aspspId")
            .where("newer.status", "=", "completed")
            .whereRef("newer.startedAt", ">", "registrations.startedAt"),
        ),
      ),
    )
    .where("thumbprint", "not in", (eb) =>
      eb
        .selectFrom("ownCertificates")
        .where("ownCertificates.status", "=", "ready")
        .where("issued", "is not", null)
        .select(sql<string>`issued->>'thumbprint'`.as("thumbprint")),
    )
    .where((eb) =>
      eb.or(
        [...dueAt].map(([days, end]) =>
          eb.and([eb("certificates.notAfter", "<", end), eb.or([eb("certificates.warnedAtDays", "is", null), eb("certificates.warnedAtDays", ">", days)])]),
        ),
      ),
    )
    .orderBy("notAfter")
    .limit(100)
    .forUpdate("certificates")
    .skipLocked()
    .execute();
}

export async function recordWarning(tx: Tx, certificateId: string, days: number): Promise<void> {
  await tx.updateTable("certificates").set({ warnedAtDays: days }).where("certificateId", "=", certificateId).execute();
}
