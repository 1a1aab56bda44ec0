import { z } from "zod";
import { defineFault, type Fault } from "./fault.ts";

/** What userinfo says of a person. They bite only there, at the FAPI issuer that has it. */
export const userinfoFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "userinfo.other-sub",
    summary: "Names another person than the ID token did.",
    options: z.strictObject({}),
    json: (body, _options, call) => (call.endpoint.endsWith("-F13") ? { ...(body as object), sub: "somebody-else" } : body),
  }),
];
