import { join } from "node:path";
import type { MovableClock } from "../clock.ts";
import type { SandboxConfig } from "../config.ts";
import type { Gate } from "../http/gate.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import { openGrants, openRegisteredClients } from "../oauth/clients.ts";
import { openAuthorizations } from "../op/authorization-store.ts";
import type { ContinuationTokens } from "../op/continuation.ts";
import { openIdTokenKeys, type IdTokenKeys } from "../op/id-token-keys.ts";
import { openPeople } from "../people/directory.ts";
import { secondBank } from "../people/households/second-bank.ts";
import { requireCaller } from "./access-tokens.ts";
import { openIssuerServer } from "./authorization-server.ts";
import type { Nonces } from "./dpop.ts";
import { basePath, endpointOf, type Issuer, type IssuerAddress } from "./issuer.ts";
import type { IssuerName, Profile } from "./profile.ts";

interface Deps extends Gate {
  readonly config: SandboxConfig;
  readonly clock: MovableClock;
  /** State folder of the sandbox. */
  readonly folder: string;
  readonly address: IssuerAddress;
  readonly jwks: JwksReader;
  readonly continuation: ContinuationTokens;
  readonly nonces: Nonces;
  /** Closes a resource with the sandbox. */
  readonly closing: <T extends { close(): void }>(resource: T) => T;
}

/** First digits of the user IDs, and of the account numbers. */
const numbersOf: Readonly<Record<IssuerName, { readonly user: string; readonly account: string }>> = {
  fapi1: { user: "7777777", account: "71" },
  fapi2: { user: "6666666", account: "72" },
  decoupled: { user: "5555555", account: "73" },
};

/** Opens one issuer with its own people, clients and keys. */
export function openIssuer(profile: Profile, { folder, closing, nonces, ...deps }: Deps): Issuer {
  const { config, clock } = deps;
  const own = join(folder, profile.name);
  const { user, account } = numbersOf[profile.name];
  const residents = ["Aino Hiekkalaatikko-Testinen", "Eetu Mallikansalainen"].map((name, index) =>
    secondBank({ psuId: `${user}${index + 1}`, name, prefix: account }),
  );
  let keys: Promise<IdTokenKeys> | undefined;
  const state: Omit<Issuer, "server" | "requireCaller"> = {
    ...deps,
    profile,
    clients: closing(openRegisteredClients(own)),
    grants: closing(openGrants(own, clock.now().epochMilliseconds)),
    authorizations: closing(openAuthorizations({ folder: own, clock, intentSeconds: config.SANDBOX_INTENT_SECONDS })),
    people: closing(openPeople({ folder: own, seed: config.SANDBOX_SEED, clock, residents })),
    keys: () => (keys ??= openIdTokenKeys(own, "PS256")),
    pending: new Map(),
    accountSite: {
      path: `${basePath({ profile })}/accounts-psd2/v1`,
      origin: () => deps.address.origin,
      endpoint: (name) => endpointOf({ profile }, name),
    },
    forgetGrants: (authorizationId) =>
      void issuer.grants.removeWhere(({ payload }) => payload["kind"] === "RefreshToken" && payload["accountId"] === authorizationId),
  };
  const issuer: Issuer = { ...state, server: openIssuerServer(state), requireCaller: (request) => requireCaller(request, issuer, nonces) };
  return issuer;
}
