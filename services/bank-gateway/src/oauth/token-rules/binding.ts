import type { TokenRule } from "./rule.ts";

/**
 * A token that can be read names what it is bound to (RFC 8705 3.1, RFC 9449 6.1), and that is our certificate or our key. One that cannot
 * be read is the bank's secret: what it is bound to shows when it is used.
 */
export const binding: TokenRule = {
  rows: ["OA-58"],
  alarm: true,
  refuses: ({ oauth, claims, certificateThumbprint, proofThumbprint }) => {
    if (oauth.senderConstraint === "none" || claims === undefined) return false;
    const cnf = claims["cnf"] as Readonly<Record<string, unknown>> | null | undefined;
    if (typeof cnf !== "object" || cnf === null) return true;
    return oauth.senderConstraint === "certificate" ? cnf["x5t#S256"] !== certificateThumbprint : cnf["jkt"] !== proofThumbprint;
  },
};
