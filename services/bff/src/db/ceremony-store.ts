import type { Transaction } from "kysely";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

/** Something a browser has begun, and what is needed to finish it. */
export interface StoredCeremony {
  readonly kind: string;
  readonly psuId: string | null;
  readonly data: Readonly<Record<string, string>>;
}

export async function insertCeremony(
  tx: Transaction<Tables>,
  ceremony: StoredCeremony & { readonly tokenHash: Buffer; readonly expiresAt: Temporal.Instant },
): Promise<void> {
  await tx.insertInto("ceremonies").values(ceremony).execute();
}

/** The ceremony of this kind, still to be finished. */
export async function findCeremony(db: Executor<Tables>, tokenHash: Buffer, kind: string, now: Temporal.Instant): Promise<StoredCeremony | undefined> {
  return db
    .selectFrom("ceremonies")
    .select(["kind", "psuId", "data"])
    .where("tokenHash", "=", tokenHash)
    .where("kind", "=", kind)
    .where("expiresAt", ">", now)
    .executeTakeFirst();
}

/** The same, and no one else finds it again: of two that try to finish it one gets it. */
export async function takeCeremony(tx: Transaction<Tables>, tokenHash: Buffer, kind: string, now: Temporal.Instant): Promise<StoredCeremony | undefined> {
  const taken = await tx
    .deleteFrom("ceremonies")
    .where("tokenHash", "=", tokenHash)
    .where("kind", "=", kind)
    .returning(["kind", "psuId", "data", "expiresAt"])
    .executeTakeFirst();
  return taken === undefined || Temporal.Instant.compare(taken.expiresAt, now) <= 0 ? undefined : taken;
}

export async function deleteExpiredCeremonies(tx: Transaction<Tables>, now: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("ceremonies").where("expiresAt", "<=", now).execute();
}
