import { epochSeconds } from "../clock.ts";
import type { Authorization } from "../op/authorization.ts";
import { levels } from "./authorization-server.ts";
import type { Issuer } from "./issuer.ts";

/** Grants a client what an approved authorization opens; what the authorization server wants to hear of a login. */
export async function grantFor(
  issuer: Issuer,
  authorization: Authorization,
): Promise<{ login: { accountId: string; acr: string; ts: number; remember: false }; consent: { grantId: string } }> {
  const provider = await issuer.server.provider();
  const grant = new provider.Grant({ accountId: authorization.authorizationId, clientId: authorization.clientId });
  grant.addOIDCScope("openid");
  grant.addOIDCClaims(["authorizationId", "acr", "auth_time"]);
  grant.addResourceScope(`${issuer.address.origin}${issuer.accountSite.path}`, "accounts");
  const grantId = await grant.save();
  const ts = epochSeconds(issuer.clock.now());
  return { login: { accountId: authorization.authorizationId, acr: levels[0], ts, remember: false }, consent: { grantId } };
}
