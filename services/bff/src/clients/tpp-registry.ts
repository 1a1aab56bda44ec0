import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

/** Only what anybody may see. */
const { readJwks } = tppRegistryRoutes;
const routes = { readJwks };

export type TppRegistryClient = Client<typeof routes>;

export const tppRegistryClient = (options: Omit<ClientOptions, "audience">): TppRegistryClient =>
  createClient(routes, { ...options, audience: "tpp-registry" });
