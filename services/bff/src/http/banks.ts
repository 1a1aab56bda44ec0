import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";

export function bankRoutes({ bankDirectory }: Pick<BffContext, "bankDirectory">): readonly BoundRoute[] {
  return [psuRoute(contracts.listBanks, async () => ({ banks: [...(await bankDirectory.list())] }))];
}
