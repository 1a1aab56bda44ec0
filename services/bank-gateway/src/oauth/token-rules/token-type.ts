import type { TokenRule } from "./rule.ts";

/** A token that should be bound to a key says so by its type (RFC 9449 5), and no other one does; how one of an unknown type is used nobody can say. */
export const tokenType: TokenRule = {
  rows: ["OA-53", "OA-58"],
  alarm: true,
  refuses: ({ oauth, granted }) => granted.tokenType !== (oauth.senderConstraint === "dpop" ? "dpop" : "bearer"),
};
