import type { ReturnRule } from "./rule.ts";

/** `iss` names the server that was asked, and is there where the server always sends it (RFC 9207 2.4). A signed answer has it as a claim. */
export const issuer: ReturnRule = {
  rows: ["OA-12", "OA-13", "OA-14"],
  refuses: ({ oauth, returned: { issuer: given } }) => (given === null ? oauth.issInResponse && oauth.responseMode !== "jwt" : given !== oauth.issuer),
};
