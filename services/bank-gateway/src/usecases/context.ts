import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { Kysely } from "kysely";
import type { Banks } from "../banks/banks.ts";
import type { Tables } from "../db/tables.ts";
import type { Vault } from "../vault/vault.ts";

/** What use cases can reach; each takes only what it uses. */
export interface GatewayContext {
  readonly db: Kysely<Tables>;
  readonly vault: Vault;
  readonly banks: Banks;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}
