import { getRawMessage as contract } from "@opl/contracts/http/bank-gateway";
import { psuRoute } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { getRawMessage } from "../usecases/get-raw-message.ts";

/** The bank's own words behind a figure. */
export function rawMessageRoutes(ctx: GatewayContext) {
  return [psuRoute(contract, ({ params, query, psu }) => getRawMessage(ctx, psu.psuId, params.hash, query.pointer))];
}
