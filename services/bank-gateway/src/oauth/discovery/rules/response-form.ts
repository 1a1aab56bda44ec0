import { apart } from "../rule.ts";
import type { DiscoveryRule } from "../rule.ts";

const signedModes = ["jwt", "query.jwt", "fragment.jwt"];

/** The answer the profile asks for is offered: its type, and its signed form. */
export const responseForm: DiscoveryRule = {
  reason: "response-form",
  rows: ["OA-05", "OA-28"],
  refuses: ({ metadata, oauth }) =>
    oauth.approach === "redirect" &&
    (apart([oauth.responseType], metadata.response_types_supported) || (oauth.responseMode === "jwt" && apart(signedModes, metadata.response_modes_supported))),
};
