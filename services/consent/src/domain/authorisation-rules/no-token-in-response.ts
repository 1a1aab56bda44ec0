import type { ReturnRule } from "./rule.ts";

const tokens = ["access_token", "refresh_token", "token_type"];

/** No token belongs into an address; an ID token only where the hybrid flow was asked for. */
export const noTokenInResponse: ReturnRule = {
  reason: "ERR_AUTHORISATION_TOKEN_IN_RESPONSE",
  rows: ["OA-21"],
  refuses: ({ response, attempt }) =>
    tokens.some((name) => response.has(name)) || (response.has("id_token") && attempt.authorizationServer?.responseType === "code"),
};
