import type { DiscoveryRule, MetadataToJudge } from "../rule.ts";
import { algorithms } from "./algorithms.ts";
import { certificateAddresses } from "./certificate-addresses.ts";
import { clientAuthentication } from "./client-authentication.ts";
import { endpointAddresses } from "./endpoint-addresses.ts";
import { endpointsPresent } from "./endpoints-present.ts";
import { issuerInResponse } from "./issuer-in-response.ts";
import { issuer } from "./issuer.ts";
import { pkce } from "./pkce.ts";
import { polling } from "./polling.ts";
import { responseForm } from "./response-form.ts";
import { senderConstraint } from "./sender-constraint.ts";

/** Everything a server's metadata is judged by, in this order; the first refusal decides. */
export const discoveryRules: readonly DiscoveryRule[] = [
  issuer,
  endpointsPresent,
  endpointAddresses,
  certificateAddresses,
  pkce,
  issuerInResponse,
  responseForm,
  algorithms,
  clientAuthentication,
  senderConstraint,
  polling,
];

/** Why this metadata is not believed; nothing where it is. */
export function refusalOf(judged: MetadataToJudge): DiscoveryRule | undefined {
  return discoveryRules.find((rule) => rule.refuses(judged));
}
