import type { ServiceTokens } from "@opl/service";
import type { Config } from "../config.ts";
import { analyticsClient } from "./analytics.ts";
import type { AnalyticsClient } from "./analytics.ts";
import { bankGatewayClient } from "./bank-gateway.ts";
import type { BankGatewayClient } from "./bank-gateway.ts";
import { consentClient } from "./consent.ts";
import type { ConsentClient } from "./consent.ts";
import { ingestClient } from "./ingest.ts";
import type { IngestClient } from "./ingest.ts";
import { tppRegistryClient } from "./tpp-registry.ts";
import type { TppRegistryClient } from "./tpp-registry.ts";

/** The services behind us. */
export interface Clients {
  readonly consent: ConsentClient;
  readonly ingest: IngestClient;
  readonly analytics: AnalyticsClient;
  readonly bankGateway: BankGatewayClient;
  readonly tppRegistry: TppRegistryClient;
}

export function makeClients(config: Config, tokens: ServiceTokens): Clients {
  return {
    consent: consentClient({ baseUrl: config.OPL_CONSENT_URL, tokens }),
    ingest: ingestClient({ baseUrl: config.OPL_INGEST_URL, tokens }),
    analytics: analyticsClient({ baseUrl: config.OPL_ANALYTICS_URL, tokens }),
    bankGateway: bankGatewayClient({ baseUrl: config.OPL_BANK_GATEWAY_URL, tokens }),
    tppRegistry: tppRegistryClient({ baseUrl: config.OPL_TPP_REGISTRY_URL, tokens }),
  };
}
