import type { OplError } from "@opl/errors";
import { z } from "zod";
import { errors } from "../../errors.ts";
import { retryAfter, word } from "../refusal-words.ts";

/** RFC 6749 and 7591, as the authorization server and registration speak. */
const oauthError = z.object({ error: z.string() });
/** The error of the data interfaces, several to an answer. */
const obError = z.object({ Errors: z.array(z.object({ ErrorCode: z.string() })).min(1) });

/** Translates a refused call into our closed set of codes; `details.reason` is the bank's word. Free text is never passed on. */
export function translateUkRefusal(status: number, json: unknown, headers: Readonly<Record<string, string>>): OplError {
  const told = oauthError.safeParse(json);
  const details = { status, ...(told.success ? { reason: word(told.data.error) } : {}) };
  if (status === 429) return errors.ERR_ASPSP_RATE_LIMITED({ details: { ...details, by: "aspsp" }, retryAfterSeconds: retryAfter(headers["retry-after"]) });
  if (status >= 500) return errors.ERR_ASPSP_UNAVAILABLE({ details });
  if (wantsPsu(json)) return errors.ERR_ASPSP_SCA_REQUIRED({ details });
  if (status === 401) return errors.ERR_ASPSP_TOKEN_INVALID({ details });
  return errors.ERR_ASPSP_REJECTED({ details });
}

function wantsPsu(json: unknown): boolean {
  const told = obError.safeParse(json);
  return told.success && told.data.Errors.some(({ ErrorCode }) => ErrorCode === "UK.OBIE.Reauthenticate");
}
