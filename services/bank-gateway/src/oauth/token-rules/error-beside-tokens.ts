import type { TokenRule } from "./rule.ts";

/** An answer is tokens or an error, never both. */
export const errorBesideTokens: TokenRule = { rows: ["OA-56"], refuses: ({ granted }) => granted.besideError === true };
