import { proofAlgorithm } from "../../dpop.ts";
import { apart } from "../rule.ts";
import type { DiscoveryRule } from "../rule.ts";

/** Tokens are bound as the profile wants: to our certificate (RFC 8705 3.3) or to a key of their own (RFC 9449 5.1). */
export const senderConstraint: DiscoveryRule = {
  reason: "sender-constraint",
  rows: ["OA-05", "OA-58"],
  refuses: ({ metadata, oauth }) =>
    (oauth.senderConstraint === "certificate" && metadata.tls_client_certificate_bound_access_tokens !== true) ||
    (oauth.senderConstraint === "dpop" && apart([proofAlgorithm], metadata.dpop_signing_alg_values_supported)),
};
