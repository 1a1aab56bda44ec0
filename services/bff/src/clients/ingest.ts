import { ingestRoutes } from "@opl/contracts/http/ingest";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

export type IngestClient = Client<typeof ingestRoutes>;

export const ingestClient = (options: Omit<ClientOptions, "audience">): IngestClient => createClient(ingestRoutes, { ...options, audience: "ingest" });
