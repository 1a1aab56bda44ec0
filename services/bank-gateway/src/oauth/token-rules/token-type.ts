import type { TokenRule } from "./rule.ts";

/** A token that should be bound to a key says so by its type (RFC 9449 5), and no other one does. */
export const tokenType: TokenRule = {
  rows: ["OA-53", "OA-58"],
  alarm: true,
  refuses: ({ oauth, granted }) => (granted.tokenType === "dpop") !== (oauth.senderConstraint === "dpop"),
};
