import type { Clock } from "@opl/service";
import type { Kysely } from "kysely";
import type { BankGateway } from "./clients/bank-gateway.ts";
import type { ConsentTables } from "./db/tables.ts";

/** Everything use cases may reach; each names the part it uses. */
export interface ConsentContext {
  readonly db: Kysely<ConsentTables>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** 256 random bits as base64url: for state and nonce. */
  readonly newSecret: () => string;
  readonly bankGateway: BankGateway;
  readonly publicOrigin: string;
  /** Takes every fact of ours about a person out of the stream. */
  readonly purgeFacts: (psuId: string) => Promise<unknown>;
}
