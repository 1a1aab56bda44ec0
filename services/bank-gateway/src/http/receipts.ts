import * as contracts from "@opl/contracts/http/bank-gateway";
import { route } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { signReceipt } from "../usecases/sign-receipt.ts";

/** Signatures under receipts of consents. */
export function receiptRoutes(ctx: GatewayContext) {
  return [route(contracts.signReceipt, ({ body }) => signReceipt(ctx, body))];
}
