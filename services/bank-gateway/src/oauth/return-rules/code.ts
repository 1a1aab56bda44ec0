import type { ReturnRule } from "./rule.ts";

/** Visible ASCII (RFC 6749 appendix A.11); anything else is not a code. */
const grammar = /^[\x21-\x7E]{1,4096}$/;

export const code: ReturnRule = { rows: ["OA-20"], refuses: ({ returned }) => returned.code === null || !grammar.test(returned.code) };
