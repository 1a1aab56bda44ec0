import { configSchema as analytics } from "../services/analytics/src/config.ts";
import { configSchema as bankGateway } from "../services/bank-gateway/src/config.ts";
import { configSchema as bff } from "../services/bff/src/config.ts";
import { configSchema as consent } from "../services/consent/src/config.ts";
import { configSchema as ingest } from "../services/ingest/src/config.ts";
import { configSchema as tppRegistry } from "../services/tpp-registry/src/config.ts";

/** What each service reads from its environment. */
export const schemas = { analytics, "bank-gateway": bankGateway, bff, consent, ingest, "tpp-registry": tppRegistry } as const;
export type ServiceName = keyof typeof schemas;
export const serviceNames = Object.keys(schemas) as ServiceName[];
