import type { ReturnRule } from "./rule.ts";

/** A signed answer where one was asked for, and nothing beside it; a plain one where none was. */
export const responseMode: ReturnRule = {
  rows: ["OA-28"],
  refuses: ({ oauth, returned }) => {
    const isSigned = (returned.response ?? null) !== null;
    if (oauth.responseMode !== "jwt") return isSigned;
    return !isSigned || returned.code !== null || returned.idToken !== null || returned.issuer !== null;
  },
};
