import { claimFirstSync, claimNextSync, claimSync } from "../db/sync-store.ts";
import type { Claim, SyncRow } from "../db/sync-store.ts";
import type { IngestContext } from "./context.ts";
import type { PsuPresence } from "./psu-presence.ts";
import { healthMinutes } from "./record-aspsp-health.ts";

type ClaimContext = Pick<IngestContext, "db" | "clock" | "newId" | "settings">;

export interface ClaimedSync {
  readonly sync: SyncRow;
  readonly runId: string;
}

/** Takes the next sync that is due and that nobody runs; syncs of a bank in trouble wait. */
export async function claimDueSync(context: ClaimContext): Promise<ClaimedSync | undefined> {
  const claim = claimOf(context);
  const sync = await claimNextSync(context.db, claim);
  return sync === undefined ? undefined : { sync, runId: claim.runId };
}

/** Takes a first sync whose person told this process to be here, so that it is read in their presence. */
export async function claimAwaitedSync(context: ClaimContext & { readonly presence: PsuPresence }): Promise<ClaimedSync | undefined> {
  const claim = claimOf(context);
  const sync = await claimFirstSync(context.db, context.presence.awaited(), claim);
  if (sync === undefined) return undefined;
  context.presence.begun(sync, sync.syncId);
  return { sync, runId: claim.runId };
}

/** Takes a sync that this process has just recorded or hastened, unless somebody else has it. */
export async function claimOwnSync(context: ClaimContext, psuId: string, syncId: string): Promise<ClaimedSync | undefined> {
  const claim = claimOf(context);
  const sync = await claimSync(context.db, psuId, syncId, claim);
  return sync === undefined ? undefined : { sync, runId: claim.runId };
}

function claimOf({ clock, newId, settings }: ClaimContext): Claim {
  const now = clock.now();
  return { runId: newId(), now, leasedUntil: now.add({ seconds: settings.leaseSeconds }), healthSince: now.subtract({ minutes: healthMinutes }) };
}
