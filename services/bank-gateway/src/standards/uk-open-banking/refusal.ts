import type { OplError } from "@opl/errors";
import { z } from "zod";
import { errors } from "../../errors.ts";
import { retryAfter, word } from "../refusal-words.ts";

/** RFC 6749 and 7591, as the authorization server and registration speak. */
const oauthError = z.object({ error: z.string() });

/** Translates a refused call into our closed set of codes; `details.reason` is the bank's word. Free text is never passed on. */
export function translateUkRefusal(status: number, json: unknown, headers: Readonly<Record<string, string>>): OplError {
  const told = oauthError.safeParse(json);
  const details = { status, ...(told.success ? { reason: word(told.data.error) } : {}) };
  if (status === 429) return errors.ERR_ASPSP_RATE_LIMITED({ details: { ...details, by: "aspsp" }, retryAfterSeconds: retryAfter(headers["retry-after"]) });
  if (status >= 500) return errors.ERR_ASPSP_UNAVAILABLE({ details });
  if (status === 401) return errors.ERR_ASPSP_TOKEN_INVALID({ details });
  return errors.ERR_ASPSP_REJECTED({ details });
}
