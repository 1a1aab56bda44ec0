import type { ClientInformation, PlanDifference } from "@opl/contracts/model";
import { type Executor, jsonb } from "@opl/postgres";
import { sql, type Transaction } from "kysely";
import type { TppRegistryTables } from "./tables.ts";

type Db = Executor<TppRegistryTables>;

/** A place for the first look at each registration in use that has none yet. */
export async function expectViews(db: Db, firstLooks: readonly { readonly registrationId: string; readonly at: Temporal.Instant }[]): Promise<void> {
  if (firstLooks.length === 0) return;
  await db
    .insertInto("bankViews")
    .values(
      firstLooks.map(({ registrationId, at }) => ({
        registrationId,
        nextCheckAt: at,
        checkedAt: null,
        standing: null,
        client: null,
        differences: jsonb([]),
        driftSince: null,
        unknownSince: null,
        agreedSince: null,
      })),
    )
    .onConflict((oc) => oc.doNothing())
    .execute();
}

/** Which registrations have a place. */
export async function listViewed(db: Db): Promise<ReadonlySet<string>> {
  return new Set((await db.selectFrom("bankViews").select("registrationId").execute()).map(({ registrationId }) => registrationId));
}

/** Takes looks that are due for this process alone, and makes the next one due at `nextAt`. */
export async function claimDueChecks(
  db: Db,
  registrationIds: readonly string[],
  { now, nextAt, limit }: { readonly now: Temporal.Instant; readonly nextAt: Temporal.Instant; readonly limit: number },
): Promise<readonly string[]> {
  if (registrationIds.length === 0) return [];
  const rows = await db
    .updateTable("bankViews")
    .set({ nextCheckAt: nextAt })
    .where("registrationId", "in", (eb) =>
      eb
        .selectFrom("bankViews")
        .select("registrationId")
        .where("registrationId", "in", registrationIds)
        .where("nextCheckAt", "<=", now)
        .orderBy("nextCheckAt")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning("registrationId")
    .execute();
  return rows.map(({ registrationId }) => registrationId);
}

export interface BankView {
  readonly registrationId: string;
  readonly checkedAt: Temporal.Instant;
  readonly nextCheckAt: Temporal.Instant;
  readonly standing: "known" | "unreadable" | "unknown";
  readonly client: ClientInformation | null;
  readonly differences: readonly PlanDifference[];
  readonly driftSince: Temporal.Instant | null;
  readonly unknownTimes: number;
  readonly unknownSince: Temporal.Instant | null;
  readonly agreedSince: Temporal.Instant | null;
}

export async function lockView(tx: Transaction<TppRegistryTables>, registrationId: string) {
  return tx.selectFrom("bankViews").selectAll().where("registrationId", "=", registrationId).forUpdate().executeTakeFirst();
}

export async function saveView(tx: Transaction<TppRegistryTables>, { registrationId, client, differences, ...view }: BankView): Promise<void> {
  await tx
    .updateTable("bankViews")
    .set({ ...view, client: client === null ? null : jsonb(client), differences: jsonb(differences) })
    .where("registrationId", "=", registrationId)
    .execute();
}

/** The repair has helped: the same drift may be repaired again. */
export async function forgetRepairs(tx: Transaction<TppRegistryTables>, registrationId: string): Promise<void> {
  await tx
    .updateTable("registrations")
    .set({ repairs: jsonb([]) })
    .where("registrationId", "=", registrationId)
    .where(sql<boolean>`repairs <> '[]'`)
    .execute();
}

/** The bank's last word on each registration in use. */
export async function listViews(db: Db) {
  return db
    .selectFrom("bankViews")
    .innerJoin("registrations", "registrations.registrationId", "bankViews.registrationId")
    .select(["registrations.aspspId", "bankViews.registrationId", "bankViews.checkedAt", "bankViews.differences", "bankViews.driftSince"])
    .where("registrations.status", "=", "completed")
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("registrations as later")
            .select("later.registrationId")
            .whereRef("later.aspspId", "=", "registrations.aspspId")
            .where((or) => or("later.completedAt", ">", or.ref("registrations.completedAt"))),
        ),
      ),
    )
    .orderBy("registrations.aspspId")
    .execute();
}
