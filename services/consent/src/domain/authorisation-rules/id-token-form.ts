import type { ReturnRule } from "./rule.ts";

const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const maxLength = 16_384;

/** The hybrid flow brings an ID token with every code; what it says is checked by the gateway before the exchange. */
export const idTokenForm: ReturnRule = {
  reason: "ERR_AUTHORISATION_ID_TOKEN_MALFORMED",
  rows: ["OA-39", "OA-52"],
  refuses: ({ response, attempt }) => {
    const idToken = response.get("id_token");
    if (idToken === undefined) return response.has("code") && attempt.authorizationServer?.responseType === "code id_token";
    return idToken.length > maxLength || !compactJws.test(idToken);
  },
};
