import type { DiscoveryRule } from "../rule.ts";

/** A server that must check a code's challenge offers S256; it is never asked for less. */
export const pkce: DiscoveryRule = {
  reason: "pkce",
  rows: ["OA-05"],
  refuses: ({ metadata, oauth }) => oauth.pkce === "S256" && metadata.code_challenge_methods_supported?.includes("S256") !== true,
};
