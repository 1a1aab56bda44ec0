import type { SandboxConfig } from "../config.ts";
import type { Clock } from "../clock.ts";
import type { Gate } from "../http/gate.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import type { Grants } from "../oauth/clients.ts";
import type { UkClients } from "./clients.ts";

/** Identifier of the bank in the directory: what `aud` of a registration names. */
export const bankId = "OPLSandboxUkBank01";

/** Everything the routes of the UK bank work with. */
export interface UkBank extends Gate {
  readonly config: SandboxConfig;
  readonly clock: Clock;
  /** Filled in once the listeners know their ports. */
  readonly address: { origin: string; directoryJwksUrl: string };
  readonly clients: UkClients;
  readonly grants: Grants;
  readonly jwks: JwksReader;
  readonly authorizationServer: AuthorizationServer;
}
