import type { CallBook } from "../books/calls.ts";
import type { Authority } from "../ca/authority.ts";
import type { KeyPool } from "../ca/key-pool.ts";
import type { MovableClock } from "../clock.ts";
import type { SandboxConfig } from "../config.ts";
import type { ServerCertificateKind } from "../faults/fault.ts";
import type { FaultRegistry } from "../faults/registry.ts";
import type { People } from "../people/directory.ts";
import type { AuthorizationStore } from "./authorization-store.ts";
import type { Clients, Tpps } from "./clients.ts";
import type { ContinuationTokens } from "./continuation.ts";
import type { IdTokenKeys } from "./id-token-keys.ts";
import type { JwksReader } from "./jwks-reader.ts";
import type { TokenStore } from "./token-store.ts";

/** Where the bank can be reached. Filled in once the listeners know their ports. */
export interface Addresses {
  certGeneratorOrigin: string;
  mtlsOrigin: string;
  authorizeOrigin: string;
}

/** Everything the routes of the OP bank work with. */
export interface Bank {
  readonly config: SandboxConfig;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly clock: MovableClock;
  readonly addresses: Addresses;
  readonly authority: Authority;
  readonly keyPool: KeyPool;
  readonly clients: Clients;
  readonly tpps: Tpps;
  readonly authorizations: AuthorizationStore;
  readonly tokens: TokenStore;
  readonly people: People;
  readonly calls: CallBook;
  readonly faults: FaultRegistry;
  readonly idTokenKeys: IdTokenKeys;
  readonly jwks: JwksReader;
  readonly continuation: ContinuationTokens;
  /** Changes what the mutual-TLS host shows; connections that are already open stay as they are. */
  readonly showServerCertificate: (kind: ServerCertificateKind) => Promise<void>;
}
