import { isHashOf } from "../state-hash.ts";
import type { ReturnRule } from "./rule.ts";

/** Consent remembers the nonce of this very request; what ID tokens repeat is compared with it. */
export const nonce: ReturnRule = { rows: ["OA-35"], refuses: ({ consent, returned }) => !isHashOf(consent.nonceHash, returned.nonce) };
