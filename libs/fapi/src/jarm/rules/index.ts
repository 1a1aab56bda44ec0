import type { JarmRule } from "../rule.ts";
import { audience } from "./audience.ts";
import { expiry } from "./expiry.ts";
import { issuer } from "./issuer.ts";

/** Everything a signed authorization response is judged by, after its signature (JARM 2.4). The name is the stable reason of a refusal. */
export const jarmRules = { iss: issuer, aud: audience, exp: expiry } satisfies Record<string, JarmRule>;
