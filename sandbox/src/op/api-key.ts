import type { FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import type { Bank } from "./bank.ts";
import { gatewayFault } from "./refusal.ts";

/** The portal's key, and on data interfaces also the key that a registration returned. */
export function checkApiKey(request: FastifyRequest, bank: Pick<Bank, "config" | "clients">, accepts: "portal-only" | "portal-or-client"): void {
  const key = header(request, "x-api-key");
  if (key === undefined) throw gatewayFault("steps.oauth.v2.FailedToResolveAPIKey");
  if (key === bank.config.SANDBOX_API_KEY) return;
  if (accepts === "portal-or-client" && bank.clients.withApiKey(key) !== undefined) return;
  throw gatewayFault("oauth.v2.InvalidApiKey");
}
