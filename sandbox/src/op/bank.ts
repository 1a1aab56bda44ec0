import type { CallBook } from "../books/calls.ts";
import type { Authority } from "../ca/authority.ts";
import type { KeyPool } from "../ca/key-pool.ts";
import type { MovableClock } from "../clock.ts";
import type { SandboxConfig } from "../config.ts";
import type { ServerCertificateKind } from "../faults/fault.ts";
import type { Gate } from "../http/gate.ts";
import type { People } from "../people/directory.ts";
import type { AuthorizationStore } from "./authorization-store.ts";
import type { Clients, Tpps } from "./clients.ts";
import type { ContinuationTokens } from "./continuation.ts";
import type { SigningKey } from "../state/signing-key.ts";
import type { IdTokenKeys } from "./id-token-keys.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import type { PaymentStore } from "./payments/payment-store.ts";
import type { TokenStore } from "./token-store.ts";

/** Where the bank can be reached. Filled in once the listeners know their ports. */
export interface Addresses {
  certGeneratorOrigin: string;
  mtlsOrigin: string;
  authorizeOrigin: string;
}

/** Everything the routes of the OP bank work with. */
export interface Bank extends Gate {
  readonly config: SandboxConfig;
  readonly clock: MovableClock;
  readonly addresses: Addresses;
  readonly authority: Authority;
  readonly keyPool: KeyPool;
  readonly clients: Clients;
  readonly tpps: Tpps;
  readonly authorizations: AuthorizationStore;
  readonly tokens: TokenStore;
  readonly payments: PaymentStore;
  /** Signs the answers to new payments. */
  readonly paymentKey: SigningKey;
  readonly people: People;
  readonly calls: CallBook;
  readonly idTokenKeys: IdTokenKeys;
  readonly jwks: JwksReader;
  readonly continuation: ContinuationTokens;
  /** Changes what the mutual-TLS host shows; connections that are already open stay as they are. */
  readonly showServerCertificate: (kind: ServerCertificateKind) => Promise<void>;
}
