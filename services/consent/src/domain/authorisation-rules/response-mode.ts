import { maxResponseLength } from "../authorisation-response.ts";
import type { ReturnRule } from "./rule.ts";

const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** What a signed answer has inside and nowhere else. */
const plain = ["code", "error", "state", "iss", "id_token"];

/** A signed answer (JARM) where one was asked for, with nothing beside it; none where none was. */
export const responseMode: ReturnRule = {
  reason: "ERR_AUTHORISATION_RESPONSE_MODE",
  rows: ["OA-23", "OA-28", "OA-52"],
  refuses: ({ response, attempt }) => {
    const signed = response.get("response");
    if (attempt.authorizationServer?.responseMode !== "jwt") return signed !== undefined;
    return signed === undefined || signed.length > maxResponseLength || !compactJws.test(signed) || plain.some((name) => response.has(name));
  },
};
