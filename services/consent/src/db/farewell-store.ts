/** What the gateway has yet to forget: command rows, worked off outside of any transaction. */
import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import { growingPause } from "../domain/pause.ts";
import type { ConsentTables } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;

export interface FarewellKey {
  readonly psuId: string;
  readonly about: "payment" | "funds";
  readonly aboutId: string;
}
export interface Farewell extends FarewellKey {
  /** The bank is asked to let go of the order before its tokens are forgotten. */
  readonly takeBack: boolean;
  readonly tries: number;
}

const pause = { firstSeconds: 5, longestSeconds: 3600 };

/** Written in the transaction that ends what it is about. */
export async function requestFarewell(tx: Tx, { psuId, about, aboutId }: FarewellKey, takeBack: boolean, now: Temporal.Instant): Promise<void> {
  await tx
    .insertInto("gatewayFarewells")
    .values({ psuId, about, aboutId, takeBack, requestedAt: now, nextTryAt: now })
    .onConflict((conflict) => conflict.columns(["psuId", "about", "aboutId"]).doUpdateSet({ nextTryAt: now }))
    .execute();
}

/** Takes one for the caller alone until `leaseUntil`; with a key, only that one. */
export async function takeFarewell(
  db: Db,
  { now, leaseUntil, key }: { now: Temporal.Instant; leaseUntil: Temporal.Instant; key?: FarewellKey },
): Promise<Farewell | undefined> {
  return db
    .with("due", (eb) =>
      eb
        .selectFrom("gatewayFarewells")
        .select(["psuId", "about", "aboutId"])
        .where("nextTryAt", "<=", now)
        .$if(key !== undefined, (query) => query.where("psuId", "=", key!.psuId).where("about", "=", key!.about).where("aboutId", "=", key!.aboutId))
        .orderBy("nextTryAt")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("gatewayFarewells as taken")
    .from("due")
    .set((eb) => ({ tries: eb("taken.tries", "+", 1), nextTryAt: leaseUntil }))
    .whereRef("taken.psuId", "=", "due.psuId")
    .whereRef("taken.about", "=", "due.about")
    .whereRef("taken.aboutId", "=", "due.aboutId")
    .returning(["taken.psuId", "taken.about", "taken.aboutId", "taken.takeBack", "taken.tries"])
    .executeTakeFirst();
}

export async function finishFarewell(db: Db, { psuId, about, aboutId }: FarewellKey): Promise<void> {
  await db.deleteFrom("gatewayFarewells").where("psuId", "=", psuId).where("about", "=", about).where("aboutId", "=", aboutId).execute();
}

export async function postponeFarewell(db: Db, farewell: Farewell, now: Temporal.Instant): Promise<void> {
  await db
    .updateTable("gatewayFarewells")
    .set({ nextTryAt: growingPause(now, farewell.tries - 1, pause) })
    .where("psuId", "=", farewell.psuId)
    .where("about", "=", farewell.about)
    .where("aboutId", "=", farewell.aboutId)
    .execute();
}
