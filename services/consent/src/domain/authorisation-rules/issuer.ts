import type { ReturnRule } from "./rule.ts";

/** No bank's name is longer; where only the gateway knows the name, more is not even passed on. */
const maxLength = 500;

/** `iss` must name the bank that was asked, and must be there when the bank always sends it (RFC 9207 section 2.4). */
export const issuer: ReturnRule = {
  reason: "ERR_AUTHORISATION_ISSUER",
  rows: ["OA-12", "OA-13", "OA-14"],
  refuses: ({ response, attempt }) => {
    const server = attempt.authorizationServer;
    const given = response.get("iss");
    if (server === null) return given !== undefined && given.length > maxLength;
    return given === undefined ? server.issInResponse && server.responseMode !== "jwt" : given !== server.issuer;
  },
};
