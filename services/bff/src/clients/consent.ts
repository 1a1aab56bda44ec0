import { consentRoutes } from "@opl/contracts/http/consent";
import { consentPaymentRoutes } from "@opl/contracts/http/consent-payments";
import { createClient } from "@opl/service";
import type { Client, ClientOptions } from "@opl/service";

const routes = { ...consentRoutes, ...consentPaymentRoutes };

export type ConsentClient = Client<typeof routes>;

export const consentClient = (options: Omit<ClientOptions, "audience">): ConsentClient => createClient(routes, { ...options, audience: "consent" });
