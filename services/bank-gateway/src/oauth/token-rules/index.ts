import { binding } from "./binding.ts";
import { errorBesideTokens } from "./error-beside-tokens.ts";
import { idTokenMissing } from "./id-token-missing.ts";
import type { TokenRule } from "./rule.ts";
import { scope } from "./scope.ts";
import { tokenType } from "./token-type.ts";

/**
 * What granted tokens are judged by, beside their ID token and its own table. The name is the stable reason of a refusal. Lifetimes are
 * kept within bounds instead of refused (OA-55), and what holds no tokens never gets here (OA-56, OA-57).
 */
export const tokenRules = {
  "error-beside-tokens": errorBesideTokens,
  scope,
  "token-type": tokenType,
  "token-binding": binding,
  "id-token-missing": idTokenMissing,
} satisfies Record<string, TokenRule>;
