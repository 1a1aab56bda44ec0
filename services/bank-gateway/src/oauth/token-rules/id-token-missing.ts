import type { TokenRule } from "./rule.ts";

/** Who was asked for their identity is told it by the bank's signature. */
export const idTokenMissing: TokenRule = { rows: ["OA-29"], refuses: ({ granted, idTokenRequired }) => idTokenRequired && granted.idToken === undefined };
