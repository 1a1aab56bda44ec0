import type { ReturnRule } from "./rule.ts";

/** An answer is a code or an error, never both. */
export const notCodeAndError: ReturnRule = {
  reason: "ERR_AUTHORISATION_CODE_AND_ERROR",
  rows: ["OA-19"],
  refuses: ({ response }) => response.has("code") && response.has("error"),
};
