import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_JWS_REFUSED: ["unauthenticated", "The signed message was refused."],
  ERR_ID_TOKEN_REFUSED: ["rejected", "The ID token was refused."],
  ERR_JARM_REFUSED: ["rejected", "The authorization response was refused."],
  ERR_JWKS_UNAVAILABLE: ["unavailable", "The signing keys of the other party could not be read."],
  ERR_KEY_UNUSABLE: ["invalid", "The key cannot be used."],
});
