/** Ends that the gateway still has to be told of: command rows, worked off outside of any transaction. */
import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { ConsentKey } from "./consent-store.ts";
import type { ConsentTables } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;

export interface Revocation extends ConsentKey {
  readonly aspspId: string;
  readonly tries: number;
  /** How often it was asked for: tokens may have come up after the first time was carried out. */
  readonly requests: number;
}

/** Written in the transaction that ends the consent. Asking again while it waits is one order. */
export async function requestRevocation(tx: Tx, { psuId, consentId, aspspId }: Omit<Revocation, "tries" | "requests">, now: Temporal.Instant): Promise<void> {
  await tx
    .insertInto("aspspRevocations")
    .values({ psuId, consentId, aspspId, requestedAt: now, nextTryAt: now })
    .onConflict((conflict) =>
      conflict.columns(["psuId", "consentId"]).doUpdateSet((eb) => ({ nextTryAt: now, requests: eb("aspspRevocations.requests", "+", 1) })),
    )
    .execute();
}

/**
 * Takes one due revocation for the caller alone until `leaseUntil`: whoever dies with it in hand leaves it to the next.
 * With a key, only that one.
 */
export async function takeRevocation(
  db: Db,
  { now, leaseUntil, key }: { now: Temporal.Instant; leaseUntil: Temporal.Instant; key?: ConsentKey },
): Promise<Revocation | undefined> {
  // Read once, by itself: inside `where … in` the planner may run it again and take more than one.
  return db
    .with("due", (eb) =>
      eb
        .selectFrom("aspspRevocations")
        .select(["psuId", "consentId"])
        .where("nextTryAt", "<=", now)
        .$if(key !== undefined, (query) => query.where("psuId", "=", key!.psuId).where("consentId", "=", key!.consentId))
        .orderBy("nextTryAt")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("aspspRevocations as taken")
    .from("due")
    .set((eb) => ({ tries: eb("taken.tries", "+", 1), nextTryAt: leaseUntil }))
    .whereRef("taken.psuId", "=", "due.psuId")
    .whereRef("taken.consentId", "=", "due.consentId")
    .returning(["taken.psuId", "taken.consentId", "taken.aspspId", "taken.tries", "taken.requests"])
    .executeTakeFirst();
}

/** Done, unless it was asked for again meanwhile: then it is carried out again. */
export async function finishRevocation(db: Db, { psuId, consentId, requests }: Revocation): Promise<void> {
  await db.deleteFrom("aspspRevocations").where("psuId", "=", psuId).where("consentId", "=", consentId).where("requests", "=", requests).execute();
}

export async function postponeRevocation(db: Db, { psuId, consentId, requests }: Revocation, nextTryAt: Temporal.Instant): Promise<void> {
  await db
    .updateTable("aspspRevocations")
    .set({ nextTryAt })
    .where("psuId", "=", psuId)
    .where("consentId", "=", consentId)
    .where("requests", "=", requests)
    .execute();
}
