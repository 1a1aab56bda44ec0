import { listAspsps as contract } from "@opl/contracts/http/bank-gateway";
import { route } from "@opl/service";
import { listAspsps } from "../usecases/list-aspsps.ts";
import type { GatewayContext } from "../usecases/context.ts";

/** The catalogue of banks. */
export function aspspRoutes(ctx: GatewayContext) {
  return [route(contract, async () => ({ aspsps: await listAspsps(ctx) }))];
}
