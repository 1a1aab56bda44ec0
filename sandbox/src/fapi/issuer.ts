import type { AccountBank } from "../op/bank.ts";
import type { IdTokenKeys } from "../op/id-token-keys.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import type { Grants, openRegisteredClients, RegisteredClient } from "../oauth/clients.ts";
import type { InProcessProvider } from "../oauth/in-process.ts";
import type { Authorization } from "../op/authorization.ts";
import type { Profile } from "./profile.ts";

/** Where one issuer can be reached. Filled in once the listeners know their ports. */
export interface IssuerAddress {
  /** Host of the interfaces between servers. */
  origin: string;
  /** Host of the pages. */
  pagesOrigin: string;
  directoryJwksUrl: string;
}

/** A person's approval that was asked for without a browser. */
export interface PendingApproval {
  readonly authReqId: string;
  readonly psuId: string;
  readonly clientId: string;
  readonly authorizationId: string;
  readonly bindingMessage?: string | undefined;
}

/** Everything the routes of one issuer work with. */
export interface Issuer extends AccountBank {
  readonly profile: Profile;
  readonly address: IssuerAddress;
  readonly clients: ReturnType<typeof openRegisteredClients>;
  readonly grants: Grants;
  readonly jwks: JwksReader;
  /** Made when they are needed first. */
  readonly keys: () => Promise<IdTokenKeys>;
  readonly server: InProcessProvider;
  /** Approvals that persons have not decided on, by authorization. Kept in memory only. */
  readonly pending: Map<string, PendingApproval>;
}

export function basePath({ profile }: Pick<Issuer, "profile">): string {
  return `/${profile.name}`;
}

export function issuerUrl(issuer: Pick<Issuer, "profile" | "address">): string {
  return `${issuer.address.origin}${basePath(issuer)}`;
}

/** Identifier of an endpoint in the books. */
export function endpointOf({ profile }: Pick<Issuer, "profile">, id: string): string {
  return `${profile.name}-${id}`;
}

/** The third party in words for a page. */
export function shownClient({ clientId, clientName, orgName }: RegisteredClient): { clientId: string; clientName: string; orgName: string } {
  return { clientId, clientName: clientName ?? orgName, orgName };
}

/** The authorization a request asks for, where it is one of this client that nobody has decided on. */
export function pendingAuthorization(issuer: Pick<Issuer, "authorizations">, clientId: string, claims: unknown): Authorization | undefined {
  const id = (claims as { id_token?: { authorizationId?: { value?: unknown } } } | undefined)?.id_token?.authorizationId?.value;
  const found = typeof id === "string" ? issuer.authorizations.get(id) : undefined;
  return found?.clientId === clientId && issuer.authorizations.statusOf(found) === "Unauthorized" ? found : undefined;
}
