import type { Transaction } from "kysely";
import { erasePerson } from "../db/erasure-store.ts";
import { lockPeople } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "./context.ts";

/** Forgets a person. The mark that stays behind makes every fact that comes late fall flat. */
export async function erasePsu(ctx: Pick<AnalyticsContext, "clock">, tx: Transaction<Tables>, psuId: string): Promise<void> {
  await lockPeople(tx, [psuId]);
  await erasePerson(tx, psuId, ctx.clock.now());
}
