import type { DiscoveryRule } from "../rule.ts";

/** A server that must name itself in each return says that it does (RFC 9207 3). In a signed return it is a claim. */
export const issuerInResponse: DiscoveryRule = {
  reason: "issuer-in-response",
  rows: ["OA-05", "OA-12"],
  refuses: ({ metadata, oauth }) => oauth.issInResponse && metadata.authorization_response_iss_parameter_supported !== true,
};
