import type { SandboxConfig } from "../config.ts";
import type { Clock } from "../clock.ts";
import type { Gate } from "../http/gate.ts";
import type { Consents } from "./consent-store.ts";
import type { ThirdParties } from "./third-parties.ts";

/** Everything the routes of the Berlin Group bank work with. */
export interface BerlinGroupBank extends Gate {
  readonly config: SandboxConfig;
  readonly clock: Clock;
  /** Filled in once the listener knows its port. */
  readonly address: { origin: string };
  readonly thirdParties: ThirdParties;
  readonly consents: Consents;
}
