import { consentRoutes } from "@opl/contracts/http/consent";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

export type ConsentClient = Client<typeof consentRoutes>;

export const consentClient = (options: Omit<ClientOptions, "audience">): ConsentClient => createClient(consentRoutes, { ...options, audience: "consent" });
