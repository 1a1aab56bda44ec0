import type { OplError } from "@opl/errors";
import { z } from "zod";
import { errors } from "../../errors.ts";
import { retryAfter, word } from "../refusal-words.ts";

const tppMessages = z.object({ tppMessages: z.array(z.object({ code: z.string() })).min(1) });
/** RFC 7807, the other form the standard allows. */
const problem = z.object({ code: z.string() });

const gone = new Set(["CONSENT_UNKNOWN", "CONSENT_INVALID"]);

/** Translates a refused call of the Berlin Group into our closed set of codes; `details.reason` is the code of its first message. */
export function translateBerlinGroupRefusal(status: number, json: unknown, headers: Readonly<Record<string, string>>): OplError {
  const code = codeOf(json);
  const details = { status, ...(code === undefined ? {} : { reason: word(code) }) };
  if (status === 429) return errors.ERR_ASPSP_RATE_LIMITED({ details: { ...details, by: "aspsp" }, retryAfterSeconds: retryAfter(headers["retry-after"]) });
  if (status >= 500) return errors.ERR_ASPSP_UNAVAILABLE({ details });
  if (code === "CONSENT_EXPIRED") return errors.ERR_ASPSP_CONSENT_EXPIRED({ details });
  if (code !== undefined && gone.has(code)) return errors.ERR_ASPSP_CONSENT_INVALID({ details });
  const aboutUs = code?.startsWith("CERTIFICATE_") === true || code === "ROLE_INVALID";
  if (status === 401 && !aboutUs) return errors.ERR_ASPSP_TOKEN_INVALID({ details });
  return errors.ERR_ASPSP_REJECTED({ details });
}

function codeOf(json: unknown): string | undefined {
  const listed = tppMessages.safeParse(json);
  if (listed.success) return listed.data.tppMessages[0]?.code;
  const single = problem.safeParse(json);
  return single.success ? single.data.code : undefined;
}
