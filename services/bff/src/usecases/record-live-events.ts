import type { Transaction } from "kysely";
import type { Envelope } from "@opl/contracts/events";
import { appendLiveEvents } from "../db/live-store.ts";
import { erasedAmong } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { liveEventOf } from "../live/hint.ts";
import type { HintData } from "../live/hint.ts";

/** Facts become hints for open pages. What arrives about a person who was forgotten leaves no trace (US-37). */
export async function recordLiveEvents(tx: Transaction<Tables>, facts: readonly Envelope<HintData>[], now: Temporal.Instant): Promise<void> {
  const erased = await erasedAmong(tx, [...new Set(facts.flatMap(({ psuid }) => psuid ?? []))]);
  const hints = facts.filter(({ psuid }) => psuid === null || !erased.has(psuid)).map((fact) => ({ psuId: fact.psuid, event: liveEventOf(fact) }));
  await appendLiveEvents(tx, hints, now);
}
