import type { ReturnRule } from "./rule.ts";

/** It came back to the address that stands in our request. */
export const redirectUri: ReturnRule = { rows: ["OA-16"], refuses: ({ consent, returned }) => returned.redirectUri !== consent.redirectUri };
