import { analyticsRoutes } from "@opl/contracts/http/analytics";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

export type AnalyticsClient = Client<typeof analyticsRoutes>;

export const analyticsClient = (options: Omit<ClientOptions, "audience">): AnalyticsClient =>
  createClient(analyticsRoutes, { ...options, audience: "analytics" });
