import { attendFirstSync, listSyncs, startSync } from "@opl/contracts/http/ingest";
import { psuRoute } from "@opl/service";
import { listLatestSyncs } from "../db/sync-store.ts";
import * as usecase from "../usecases/start-sync.ts";
import type { HttpContext } from "./index.ts";

export const syncRoutes = (context: HttpContext) => [
  psuRoute(startSync, async ({ psu, body }) => {
    const { sync } = await usecase.startSync(context, { psuId: psu.psuId, consentId: body.consentId });
    // Also for one that was open already: from now on a person is waiting for it.
    if (sync.status === "queued" || sync.status === "running") await context.syncRunner.startNow(psu.psuId, sync.syncId, psu);
    return sync;
  }),
  psuRoute(attendFirstSync, ({ psu, body }) => context.syncRunner.attendFirst(body.consentId, psu)),
  psuRoute(listSyncs, async ({ psu }) => ({ syncs: [...(await listLatestSyncs(context.db, psu.psuId))] })),
];
