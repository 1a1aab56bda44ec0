import type { ReturnRule } from "./rule.ts";

/** An answer without code and without error says nothing; of a signed one the gateway finds out. */
export const codePresent: ReturnRule = {
  reason: "ERR_AUTHORISATION_CODE_MISSING",
  rows: ["OA-20"],
  refuses: ({ response }) => !response.has("code") && !response.has("error") && !response.has("response"),
};
