import type { BoundRoute } from "@opl/service";
import type { SyncRunner } from "../jobs/sync-runner.ts";
import type { IngestContext } from "../usecases/context.ts";
import { accountRoutes } from "./accounts.ts";
import { balanceRoutes } from "./balances.ts";
import { rebuildRoutes } from "./rebuild.ts";
import { syncRoutes } from "./syncs.ts";
import { transactionRoutes } from "./transactions.ts";

export interface HttpContext extends Pick<IngestContext, "db" | "clock" | "newId" | "syncChannel" | "settings"> {
  readonly syncRunner: Pick<SyncRunner, "attendFirst" | "startNow">;
}

export const routes = (context: HttpContext): readonly BoundRoute[] => [
  ...accountRoutes(context),
  ...balanceRoutes(context),
  ...transactionRoutes(context),
  ...syncRoutes(context),
  ...rebuildRoutes(context),
];
