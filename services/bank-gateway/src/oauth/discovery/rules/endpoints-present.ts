import type { MetadataToJudge } from "../rule.ts";
import type { DiscoveryRule } from "../rule.ts";

/** Every address the profile's flow needs is named. */
export const endpointsPresent: DiscoveryRule = {
  reason: "endpoint-missing",
  rows: ["OA-05"],
  refuses: (judged) => needed(judged).some((address) => address === undefined),
};

function needed({ metadata, oauth }: MetadataToJudge): readonly (string | undefined)[] {
  return [
    metadata.token_endpoint,
    metadata.jwks_uri,
    ...(oauth.approach === "decoupled" ? [metadata.backchannel_authentication_endpoint] : [metadata.authorization_endpoint]),
    ...(oauth.request === "pushed" && oauth.approach === "redirect" ? [metadata.pushed_authorization_request_endpoint] : []),
    ...(oauth.userinfo === "compared" ? [metadata.userinfo_endpoint] : []),
  ];
}
