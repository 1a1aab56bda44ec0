import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";

/** The banks a person can connect; where we only register, there is nothing for them yet. */
export function bankRoutes({ bankDirectory }: Pick<BffContext, "bankDirectory">): readonly BoundRoute[] {
  return [psuRoute(contracts.listBanks, async () => ({ banks: (await bankDirectory.list()).filter(({ capabilities }) => capabilities.includes("consents")) }))];
}
