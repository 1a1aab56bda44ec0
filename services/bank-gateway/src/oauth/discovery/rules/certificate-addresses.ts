import { endpointNames } from "../metadata.ts";
import type { DiscoveryRule } from "../rule.ts";
import { isForeign } from "./endpoint-addresses.ts";

/** Addresses for callers with a certificate (RFC 8705 5) are the bank's own and encrypted, without exception. */
export const certificateAddresses: DiscoveryRule = {
  reason: "certificate-address",
  rows: ["OA-06"],
  refuses: ({ metadata: { mtls_endpoint_aliases: aliases }, profile }) =>
    endpointNames.some((name) => isForeign(aliases?.[name], profile.origins) || aliases?.[name]?.startsWith("http:") === true),
};
