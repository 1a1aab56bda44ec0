import { grantedScope } from "../../domain/token-set.ts";
import type { TokenRule } from "./rule.ts";

/** No more than was asked for; silence means as asked. */
export const scope: TokenRule = { rows: ["OA-54"], refuses: ({ granted, askedScope }) => grantedScope(askedScope, granted.scope) === "wider-than-asked" };
