import type { ReturnRule } from "./rule.ts";

/** A parameter given twice is read differently by different parties. */
export const noRepeatedParameter: ReturnRule = {
  reason: "ERR_AUTHORISATION_PARAMETER_REPEATED",
  rows: ["OA-15"],
  refuses: ({ response }) => response.repeated().length > 0,
};
