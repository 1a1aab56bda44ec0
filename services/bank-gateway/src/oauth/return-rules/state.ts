import { isHashOf } from "../state-hash.ts";
import type { ReturnRule } from "./rule.ts";

/** The state is the one of our request. */
export const state: ReturnRule = { rows: ["OA-07", "OA-08"], refuses: ({ consent, returned }) => !isHashOf(consent.stateHash, returned.state) };
