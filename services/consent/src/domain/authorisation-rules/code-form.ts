import type { ReturnRule } from "./rule.ts";

/** Visible ASCII, RFC 6749 appendix A.11; the length is ours. */
const wellFormedCode = /^[\x20-\x7e]{1,4096}$/;

/** An empty or huge code, or one with control characters, is not sent to anybody. */
export const codeForm: ReturnRule = {
  reason: "ERR_AUTHORISATION_CODE_MALFORMED",
  rows: ["OA-20"],
  refuses: ({ response }) => response.has("code") && !wellFormedCode.test(response.get("code") ?? ""),
};
