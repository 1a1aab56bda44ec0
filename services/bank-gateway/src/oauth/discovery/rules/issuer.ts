import type { DiscoveryRule } from "../rule.ts";

/** The server calls itself as it is on file, to the letter: a slash, a port or a capital more is another one. */
export const issuer: DiscoveryRule = {
  reason: "issuer",
  rows: ["OA-01"],
  refuses: ({ metadata, oauth }) => metadata.issuer !== oauth.issuer,
};
