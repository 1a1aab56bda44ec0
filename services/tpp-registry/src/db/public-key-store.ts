import { type Executor, jsonb } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { KnownKey } from "../domain/public-keys.ts";
import type { TppRegistryTables } from "./tables.ts";

/** Keys of the gateway's answer, the newest first; one that is no longer in there counts as retired since now, one listed twice is in use when either is. */
export async function savePublicKeys(tx: Transaction<TppRegistryTables>, listed: readonly KnownKey[], now: Temporal.Instant): Promise<void> {
  const kids = listed.map(({ jwk }) => jwk.kid);
  await tx
    .updateTable("publicKeys")
    .set({ retiredAt: now })
    .where("retiredAt", "is", null)
    .$if(kids.length > 0, (query) => query.where("kid", "not in", kids))
    .execute();
  // What is written last stays: the newest of those in use.
  const byRank = listed.toReversed().toSorted((one, other) => Number(one.retiredAt === null) - Number(other.retiredAt === null));
  for (const { jwk, retiredAt, lasting } of byRank) {
    await tx
      .insertInto("publicKeys")
      .values({ kid: jwk.kid, jwk: jsonb(jwk), publishedAt: now, retiredAt, lasting })
      .onConflict((oc) => oc.column("kid").doUpdateSet({ jwk: jsonb(jwk), retiredAt, lasting }))
      .execute();
  }
}

/** In the order they were published. */
export function listPublicKeys(db: Executor<TppRegistryTables>): Promise<readonly KnownKey[]> {
  return db.selectFrom("publicKeys").select(["jwk", "retiredAt", "lasting"]).orderBy("publishedAt").orderBy("kid").execute();
}
