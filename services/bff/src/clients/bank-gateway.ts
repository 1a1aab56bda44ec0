import { bankGatewayRoutes } from "@opl/contracts/http/bank-gateway";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

/** Only what people's pages need; the rest of the gateway is not for us. */
const { listAspsps, getRawMessage } = bankGatewayRoutes;
const routes = { listAspsps, getRawMessage };

export type BankGatewayClient = Client<typeof routes>;

export const bankGatewayClient = (options: Omit<ClientOptions, "audience">): BankGatewayClient =>
  createClient(routes, { ...options, audience: "bank-gateway" });
