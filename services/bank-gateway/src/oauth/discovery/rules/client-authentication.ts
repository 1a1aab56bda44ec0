import { apart } from "../rule.ts";
import type { DiscoveryRule } from "../rule.ts";

/** Who we are may be proved as the profile says; where that is a signature, by an algorithm of ours. */
export const clientAuthentication: DiscoveryRule = {
  reason: "client-authentication",
  rows: ["OA-05"],
  refuses: ({ metadata, oauth, profile }) =>
    apart([oauth.clientAuthentication], metadata.token_endpoint_auth_methods_supported) ||
    (oauth.clientAuthentication === "private_key_jwt" && apart(profile.signingAlgorithms, metadata.token_endpoint_auth_signing_alg_values_supported)),
};
