import { inTransaction } from "@opl/postgres";
import type { BffContext } from "../context.ts";
import { deleteEndedWindows } from "../db/attempt-store.ts";
import { deleteExpiredCeremonies } from "../db/ceremony-store.ts";
import { deleteExpiredExports } from "../db/export-store.ts";
import { deleteLiveEventsBefore } from "../db/live-store.ts";
import { deleteExpiredSessions } from "../db/session-store.ts";

/** A page that was away longer than this asks for everything again. */
const liveHours = 24;

/** Deletes what has had its time: hints, expired sessions, ended counting windows, what was begun and never finished. */
export async function prune({ db, clock }: Pick<BffContext, "db" | "clock">): Promise<void> {
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    await deleteLiveEventsBefore(tx, now.subtract({ hours: liveHours }));
    await deleteExpiredSessions(tx, now);
    await deleteEndedWindows(tx, now);
    await deleteExpiredCeremonies(tx, now);
    await deleteExpiredExports(tx, now);
  });
}
