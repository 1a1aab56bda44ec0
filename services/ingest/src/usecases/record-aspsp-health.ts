import type { Transaction } from "kysely";
import { recordHealth } from "../db/aspsp-health-store.ts";
import type { AspspHealth } from "../db/aspsp-health-store.ts";
import { wakeRunners } from "../db/sync-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import type { IngestContext } from "./context.ts";

/** What we heard of a bank's trouble counts for so long; then it is tried again, in case nobody told us that it is over. */
export const healthMinutes = 15;

/** Pauses or resumes the syncs of a bank. */
export async function recordAspspHealth(
  { clock, syncChannel }: Pick<IngestContext, "clock" | "syncChannel">,
  tx: Transaction<IngestDatabase>,
  health: Omit<AspspHealth, "learnedAt">,
): Promise<void> {
  await recordHealth(tx, { ...health, learnedAt: clock.now() });
  if (health.status === "up") await wakeRunners(tx, syncChannel);
}
