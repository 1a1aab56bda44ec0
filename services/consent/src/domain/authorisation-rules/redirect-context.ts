import type { ReturnRule } from "./rule.ts";

/** The answer arrived at another bank's redirect URI: one bank may be passing another's answer off as its own. */
export const redirectContext: ReturnRule = {
  reason: "ERR_AUTHORISATION_REDIRECT_CONTEXT",
  rows: ["OA-14", "OA-16"],
  refuses: ({ attempt, redirectContext: arrivedAt }) => arrivedAt !== attempt.aspspId,
};
