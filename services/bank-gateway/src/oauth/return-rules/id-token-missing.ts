import type { ReturnRule } from "./rule.ts";

/** The hybrid flow brings an ID token with every code: it is the bank's signature under the answer. */
export const idTokenMissing: ReturnRule = {
  rows: ["OA-36", "OA-37"],
  refuses: ({ oauth, returned }) => oauth.responseType === "code id_token" && returned.idToken === null,
};
