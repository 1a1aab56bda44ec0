import type { Clock } from "@opl/service";
import type { Kysely } from "kysely";
import type { BankGateway } from "./clients/bank-gateway.ts";
import type { TppRegistryTables } from "./db/tables.ts";
import type { TppProfile } from "./domain/tpp-profile.ts";

/** Everything use cases may reach; each names the part it uses. */
export interface RegistryContext {
  readonly db: Kysely<TppRegistryTables>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly bankGateway: BankGateway;
  readonly profile: TppProfile;
}
