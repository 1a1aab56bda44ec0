import type { FastifyInstance } from "fastify";
import { registrationRoutes } from "../oauth/registration.ts";
import { accountRoutes } from "../op/accounts.ts";
import { authorizationRoutes } from "../op/authorizations.ts";
import { cardRoutes } from "../op/cards.ts";
import { requireClient } from "./access-tokens.ts";
import { authorizeRoutes, pushedRequestRoutes } from "./authorize.ts";
import { approvalRoutes, backchannelRoutes } from "./decoupled.ts";
import { discoveryRoutes } from "./discovery.ts";
import type { Nonces } from "./dpop.ts";
import { basePath, endpointOf, issuerUrl, type Issuer } from "./issuer.ts";
import { offerOf } from "./profile.ts";
import { tokenRoutes } from "./token.ts";
import { userinfoRoutes } from "./userinfo.ts";

/** What servers of third parties call. */
export function interfaceRoutes(server: FastifyInstance, issuer: Issuer, nonces: Nonces): void {
  registrationRoutes(server, issuer, {
    path: `${basePath(issuer)}/register`,
    endpoints: { create: endpointOf(issuer, "F1"), read: endpointOf(issuer, "F2"), replace: endpointOf(issuer, "F3"), remove: endpointOf(issuer, "F4") },
    offer: () => offerOf(issuer.profile, [issuerUrl(issuer)]),
    directoryJwksUrl: () => issuer.address.directoryJwksUrl,
    clientOfToken: (request, certificate) => requireClient(request, issuer, nonces, certificate),
  });
  discoveryRoutes(server, issuer);
  tokenRoutes(server, issuer);
  if (issuer.profile.userinfo) userinfoRoutes(server, issuer);
  if (issuer.profile.ciba) backchannelRoutes(server, issuer);
  else pushedRequestRoutes(server, issuer);
  for (const routes of [authorizationRoutes, accountRoutes, cardRoutes]) routes(server, issuer);
}

/** What persons see. */
export function pageRoutes(server: FastifyInstance, issuer: Issuer): void {
  if (issuer.profile.ciba) approvalRoutes(server, issuer);
  else authorizeRoutes(server, issuer);
}
