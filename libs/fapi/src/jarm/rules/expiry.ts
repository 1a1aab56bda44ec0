import { epochSeconds } from "../../id-token/rule.ts";
import type { JarmRule } from "../rule.ts";

/** How long after `exp` an answer still counts: two clocks may differ. */
const toleranceSeconds = 60;

/** `exp` is there and not past (OA-27). */
export const expiry: JarmRule = ({ claims, expected }) => {
  if (typeof claims.exp !== "number") return "exp is missing";
  return claims.exp + toleranceSeconds < epochSeconds(expected.now) ? "it has expired" : undefined;
};
