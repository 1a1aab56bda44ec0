import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction } from "kysely";
import type { ConsentsTable, IngestDatabase } from "./tables.ts";

type Db = Executor<IngestDatabase>;
type Tx = Transaction<IngestDatabase>;
export type ConsentRow = Selectable<ConsentsTable>;

interface KnownConsent {
  readonly psuId: string;
  readonly consentId: string;
  readonly aspspId: string;
}

export async function getConsent(db: Db, psuId: string, consentId: string): Promise<ConsentRow | undefined> {
  return db.selectFrom("consents").selectAll().where("psuId", "=", psuId).where("consentId", "=", consentId).executeTakeFirst();
}

/**
 * A consent that cannot end before this transaction does: whoever ends it waits, so that nothing is stored after the end.
 * Undefined when it has ended, or was never known.
 */
export async function holdConsent(tx: Tx, psuId: string, consentId: string): Promise<ConsentRow | undefined> {
  const consent = await tx.selectFrom("consents").selectAll().where("psuId", "=", psuId).where("consentId", "=", consentId).forShare().executeTakeFirst();
  return consent?.status === "active" ? consent : undefined;
}

export interface AuthorisedConsent extends KnownConsent {
  readonly authorisedAt: string;
  readonly validUntil: string;
  readonly nextSyncAt: Temporal.Instant;
}

/** False when we knew it already; above all when it has ended meanwhile. */
export async function addConsent(tx: Tx, consent: AuthorisedConsent): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto("consents")
    .values({ ...consent, status: "active" })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}

export interface EndedConsent extends KnownConsent {
  readonly endedAt: Temporal.Instant;
  readonly replacedBy: string | null;
}

/** Ends a consent, also one that we have not heard of yet. */
export async function endConsent(tx: Tx, { endedAt, replacedBy, ...consent }: EndedConsent): Promise<void> {
  await tx
    .insertInto("consents")
    .values({ ...consent, status: "ended", endedAt, replacedBy })
    .onConflict((conflict) =>
      conflict.columns(["psuId", "consentId"]).doUpdateSet((eb) => ({
        status: "ended",
        endedAt: eb.fn.coalesce("consents.endedAt", eb.val(endedAt)),
        replacedBy: eb.fn.coalesce("consents.replacedBy", eb.val(replacedBy)),
        nextSyncAt: null,
      })),
    )
    .execute();
}

/**
 * Pauses a consent, or lets it go on. What was known of a later time stays: the two are told in any order.
 * @returns whether that changed anything
 */
export async function changeStanding(
  tx: Tx,
  { psuId, consentId }: Pick<KnownConsent, "psuId" | "consentId">,
  standing: { readonly status: "active" | "paused"; readonly since: string; readonly nextSyncAt: Temporal.Instant | null },
): Promise<boolean> {
  const known = await tx.selectFrom("consents").selectAll().where("psuId", "=", psuId).where("consentId", "=", consentId).forUpdate().executeTakeFirst();
  if (known === undefined || known.status === "ended") return false;
  if (known.standingSince !== null && Temporal.Instant.compare(known.standingSince, standing.since) >= 0) return false;
  const { status, since: standingSince } = standing;
  const changed = known.status !== status;
  await tx
    .updateTable("consents")
    .set({ standingSince, ...(changed ? { status, nextSyncAt: standing.nextSyncAt } : {}) })
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .execute();
  return changed;
}

/** Consents whose next unattended read is due, each locked for the one who plans it. Banks in trouble are left out. */
export async function takeDueConsents(tx: Tx, now: Temporal.Instant, healthSince: Temporal.Instant, limit: number): Promise<readonly ConsentRow[]> {
  const { rows } = await sql<ConsentRow>`
    select * from consents c
    where status = 'active' and next_sync_at <= ${now} and valid_until > ${now}
      and not exists (select 1 from aspsp_health h where h.aspsp_id = c.aspsp_id and h.status <> 'up' and h.learned_at > ${healthSince})
    order by next_sync_at limit ${limit} for update skip locked`.execute(tx);
  return rows;
}

export async function setNextSync(tx: Tx, { psuId, consentId }: Pick<ConsentRow, "psuId" | "consentId">, nextSyncAt: Temporal.Instant): Promise<void> {
  await tx.updateTable("consents").set({ nextSyncAt }).where("psuId", "=", psuId).where("consentId", "=", consentId).execute();
}

/**
 * False for a person who was erased. What is then recorded about them, if anything, is seen by an erasure that comes at the
 * same time: the two wait for each other.
 */
export async function holdPsu(tx: Tx, psuId: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ${psuId}::text, 0))`.execute(tx);
  return (await tx.selectFrom("erasedPsus").select("psuId").where("psuId", "=", psuId).executeTakeFirst()) === undefined;
}

/** Nothing about this person is recorded any more. */
export async function markErased(tx: Tx, psuId: string, erasedAt: string): Promise<void> {
  await holdPsu(tx, psuId);
  await tx
    .insertInto("erasedPsus")
    .values({ psuId, erasedAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** People whose facts are still in the stream. */
export async function listUnpurged(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await db.selectFrom("erasedPsus").select("psuId").where("purgedAt", "is", null).orderBy("erasedAt").limit(limit).execute();
  return rows.map((row) => row.psuId);
}

export async function markPurged(db: Db, psuId: string, purgedAt: Temporal.Instant): Promise<void> {
  await db.updateTable("erasedPsus").set({ purgedAt }).where("psuId", "=", psuId).execute();
}
