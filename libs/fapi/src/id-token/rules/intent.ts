import type { IdTokenRule } from "../rule.ts";

/** The token speaks of the consent that this flow began with (OA-49). A refreshed token may leave it out, not change it. */
export const intent: IdTokenRule = ({ claims, expected }) => {
  if (expected.intent === undefined) return undefined;
  const actual = claims[expected.intent.claim];
  if (actual === undefined && expected.channel === "refresh") return undefined;
  return actual === expected.intent.value ? undefined : `${expected.intent.claim} is not the consent of this flow`;
};
