import type { EventType } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** Of which of these a fact of a type was ever told: the count of facts about each outlives the facts and what they are about. */
export async function toldOf(tx: Transaction<Tables>, type: EventType, aggregateIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (aggregateIds.length === 0) return new Set();
  const rows = await tx.selectFrom("outboxVersions").select("aggregateId").where("eventType", "=", type).where("aggregateId", "in", aggregateIds).execute();
  return new Set(rows.map((row) => row.aggregateId));
}
