import type { Clock, ReadyAnswer } from "@opl/service";
import type { getOverview } from "@opl/contracts/http/bff";
import type { Logger } from "@opl/telemetry";
import type { Kysely } from "kysely";
import type { BankDirectory } from "./clients/bank-directory.ts";
import type { Clients } from "./clients/index.ts";
import type { Tables } from "./db/tables.ts";
import type { StreamHub } from "./live/hub.ts";
import type { KeptPages } from "./live/kept-pages.ts";
import type { TrustedProxies } from "./session/client-address.ts";
import type { SessionKeys } from "./session/keys.ts";
import type { Passkeys } from "./session/passkeys.ts";
import type { People } from "./session/people.ts";
import type { SingleSignOn } from "./session/single-sign-on.ts";

/** Everything there is to work with; each part takes only what it uses. */
export interface BffContext {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly keys: SessionKeys;
  readonly people: People;
  readonly passkeys: Passkeys;
  /** Undefined where no provider is configured. */
  readonly singleSignOn: SingleSignOn | undefined;
  readonly hub: StreamHub;
  readonly clients: Clients;
  readonly bankDirectory: BankDirectory;
  /** First screens of people about whom nothing changed since. */
  readonly overviews: KeptPages<ReadyAnswer<typeof getOverview>>;
  readonly publicOrigin: string;
  readonly proxies: TrustedProxies;
  /** Whose midnight begins a day. */
  readonly timeZone: string;
  readonly signUpsPerHour: number;
  readonly sessionLongestHours: number;
  /** Whether there are addresses for operators. */
  readonly operatorPages: boolean;
}
