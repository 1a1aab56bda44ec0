import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";

export function bankRoutes({ clients }: Pick<BffContext, "clients">): readonly BoundRoute[] {
  return [
    psuRoute(contracts.listBanks, async ({ signal, requestId }) => {
      const { aspsps } = await clients.bankGateway.listAspsps({ signal, requestId });
      return { banks: aspsps };
    }),
  ];
}
