import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

/** What operators' pages need, and our public keys; a document is applied by file and never from a browser. */
const { applyDesiredState: _, ...routes } = tppRegistryRoutes;

export type TppRegistryClient = Client<typeof routes>;

export const tppRegistryClient = (options: Omit<ClientOptions, "audience">): TppRegistryClient =>
  createClient(routes, { ...options, audience: "tpp-registry" });
