import { epochSeconds } from "../rule.ts";
import type { IdTokenRule } from "../rule.ts";

/** Issued in the future: one of the two clocks is wrong, which is no replay and has its own remedy (OA-70). */
export const clock: IdTokenRule = ({ claims, expected }) =>
  Number(claims.iat) - epochSeconds(expected.now) > (expected.aheadToleranceSeconds ?? 60) ? "the clock of the issuer is ahead of ours" : undefined;
