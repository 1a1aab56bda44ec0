import type { TppDocument } from "@opl/contracts/model";
import type { Clock } from "@opl/service";
import type { Kysely } from "kysely";
import type { BankGateway } from "./clients/bank-gateway.ts";
import type { TppRegistryTables } from "./db/tables.ts";

/** Everything use cases may reach; each names the part it uses. */
export interface RegistryContext {
  readonly db: Kysely<TppRegistryTables>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly bankGateway: BankGateway;
  /** The id of our software, the same for ever. */
  readonly softwareClientId: string;
  /** What we want as the environment says it: in force until a document is applied. */
  readonly environmentDocument: TppDocument;
  /** Where the document in force says nothing of it. */
  readonly renewBeforeDays: number;
}
