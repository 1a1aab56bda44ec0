import { isLoopbackHost } from "../../../egress/address-guard.ts";
import { endpointNames } from "../metadata.ts";
import type { DiscoveryRule } from "../rule.ts";

/**
 * Every address is encrypted and belongs to the bank's own origins; http only where the bank is a sandbox on this very machine. What a
 * name resolves to is checked again when it is called.
 */
export const endpointAddresses: DiscoveryRule = {
  reason: "endpoint-address",
  rows: ["OA-03"],
  refuses: ({ metadata, profile }) => [metadata.jwks_uri, ...endpointNames.map((name) => metadata[name])].some((text) => isForeign(text, profile.origins)),
};

/** Nobody is sent there: an address that is absent is another rule's matter. */
export function isForeign(text: string | undefined, origins: readonly string[]): boolean {
  if (text === undefined) return false;
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return true;
  const encrypted = url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.hostname));
  return !encrypted || !origins.includes(url.origin);
}
