import type { CallBook } from "../books/calls.ts";
import type { Authority } from "../ca/authority.ts";
import type { Issuers } from "../ca/trusted-roots.ts";
import type { KeyPool } from "../ca/key-pool.ts";
import type { FastifyRequest } from "fastify";
import type { Clock, MovableClock } from "../clock.ts";
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

/** Who calls a data interface, once it is proven. */
export interface Caller {
  readonly clientId: string;
  /** What the token was issued for; undefined for the client's own token. */
  readonly authorizationId?: string | undefined;
}

type AccountEndpoint = "A1" | "A2" | "A3" | "A4" | "A5" | "A6" | "A7" | "A8";

/** What the account interface works with, whichever authorization server stands before it. */
export interface AccountBank extends Gate {
  readonly config: SandboxConfig;
  readonly clock: Clock;
  readonly authorizations: AuthorizationStore;
  readonly people: People;
  readonly continuation: ContinuationTokens;
  readonly accountSite: {
    /** Below which the interface lies. */
    readonly path: string;
    readonly origin: () => string;
    /** Id of an endpoint in the books. */
    readonly endpoint: (name: AccountEndpoint) => string;
  };
  /** Proves who calls, or refuses. */
  readonly requireCaller: (request: FastifyRequest) => Promise<Caller>;
  /** Called when an authorization has been revoked. */
  readonly forgetGrants: (authorizationId: string) => void;
}

/** Everything the routes of the OP bank work with. */
export interface Bank extends AccountBank {
  readonly clock: MovableClock;
  readonly addresses: Addresses;
  readonly authority: Authority;
  /** Whose certificates of third parties count, in key sets. */
  readonly issuers: Issuers;
  readonly keyPool: KeyPool;
  readonly clients: Clients;
  readonly tpps: Tpps;
  readonly tokens: TokenStore;
  readonly payments: PaymentStore;
  /** Signs the answers to new payments. */
  readonly paymentKey: SigningKey;
  readonly calls: CallBook;
  readonly idTokenKeys: IdTokenKeys;
  readonly jwks: JwksReader;
  /** Changes what the mutual-TLS hosts show; connections that are already open stay as they are. */
  readonly showServerCertificate: (kind: ServerCertificateKind) => Promise<void>;
}
