import { apart } from "../rule.ts";
import type { DiscoveryRule } from "../rule.ts";

/** A bank that asks the person in its app lets us come and ask for the outcome (CIBA 5). */
export const polling: DiscoveryRule = {
  reason: "delivery-mode",
  rows: ["OA-05", "OA-74"],
  refuses: ({ metadata, oauth }) => oauth.approach === "decoupled" && apart(["poll"], metadata.backchannel_token_delivery_modes_supported),
};
