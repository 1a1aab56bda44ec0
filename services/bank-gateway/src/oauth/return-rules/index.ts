import { code } from "./code.ts";
import { idTokenMissing } from "./id-token-missing.ts";
import { issuer } from "./issuer.ts";
import { nonce } from "./nonce.ts";
import { redirectUri } from "./redirect-uri.ts";
import { responseMode } from "./response-mode.ts";
import type { ReturnRule } from "./rule.ts";
import { state } from "./state.ts";

/** What an answer is judged by as it came: the name is the stable reason of a refusal. */
export const arrivalRules = { "redirect-uri": redirectUri, "response-mode": responseMode, state, nonce } satisfies Record<string, ReturnRule>;

/** What its content is judged by, which a signed answer (JARM) gives out only after its signature was verified. */
export const contentRules = { issuer, code, "id-token-missing": idTokenMissing } satisfies Record<string, ReturnRule>;
