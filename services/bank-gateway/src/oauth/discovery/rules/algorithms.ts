import { apart } from "../rule.ts";
import type { DiscoveryRule } from "../rule.ts";

/** The server signs, and reads signatures, by algorithms of the profile. */
export const algorithms: DiscoveryRule = {
  reason: "algorithms",
  rows: ["OA-05"],
  refuses: ({ metadata, oauth, profile }) =>
    apart(oauth.idTokenAlgorithms, metadata.id_token_signing_alg_values_supported) ||
    (oauth.responseMode === "jwt" && apart(oauth.idTokenAlgorithms, metadata.authorization_signing_alg_values_supported)) ||
    (oauth.request === "pushed" && oauth.approach === "redirect" && apart(profile.signingAlgorithms, metadata.request_object_signing_alg_values_supported)),
};
