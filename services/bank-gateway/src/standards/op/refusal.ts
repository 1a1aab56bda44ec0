import type { OplError } from "@opl/errors";
import { z } from "zod";
import { errors } from "../../errors.ts";
import { retryAfter, word } from "../refusal-words.ts";

const business = z.object({
  id: z.string().nullish(),
  type: z.string(),
  message: z.string().nullish(),
  violations: z.array(z.object({ type: z.string() })).nullish(),
});
const wrapped = z.object({ errors: z.array(business).min(1) });
const fault = z.object({ fault: z.object({ detail: z.object({ errorcode: z.string() }).nullish() }) });

/** One of the bank's three error shapes, reduced to what decides. */
interface Refusal {
  readonly type: string | undefined;
  readonly message: string;
  readonly errorId: string | undefined;
  readonly violations: readonly string[];
  readonly faultCode: string | undefined;
}

/** Translates a refused call into our closed set of codes. Free text of the bank is looked at, never passed on. */
export function translateOpRefusal(status: number, json: unknown, headers: Readonly<Record<string, string>>): OplError {
  const refusal = readRefusal(json);
  const details = {
    status,
    ...(refusal.faultCode === undefined ? {} : { reason: word(refusal.faultCode) }),
    ...(refusal.violations.length === 0 ? {} : { violations: refusal.violations.map(word) }),
    ...(refusal.errorId === undefined ? {} : { aspspErrorId: word(refusal.errorId) }),
  };
  if (status === 429) return errors.ERR_ASPSP_RATE_LIMITED({ details: { ...details, by: "aspsp" }, retryAfterSeconds: retryAfter(headers["retry-after"]) });
  if (status >= 500) return errors.ERR_ASPSP_UNAVAILABLE({ details });
  if (status === 401) return isApiKeyFault(refusal) ? errors.ERR_ASPSP_REJECTED({ details }) : errors.ERR_ASPSP_TOKEN_INVALID({ details });
  if (status === 403 && refusal.type === "SECURITY" && refusal.message.startsWith("Authorization ")) {
    return /expired/i.test(refusal.message) ? errors.ERR_ASPSP_CONSENT_EXPIRED({ details }) : errors.ERR_ASPSP_CONSENT_INVALID({ details });
  }
  if (status === 403 && refusal.type === "SECURITY" && /strong customer authentication/i.test(refusal.message))
    return errors.ERR_ASPSP_SCA_REQUIRED({ details });
  return errors.ERR_ASPSP_REJECTED({ details });
}

function readRefusal(json: unknown): Refusal {
  const gateway = fault.safeParse(json);
  if (gateway.success) {
    return { type: undefined, message: "", errorId: undefined, violations: [], faultCode: gateway.data.fault.detail?.errorcode };
  }
  const several = wrapped.safeParse(json);
  const one = business.safeParse(several.success ? several.data.errors[0] : json);
  if (!one.success) return { type: undefined, message: "", errorId: undefined, violations: [], faultCode: undefined };
  const { type, message, id, violations } = one.data;
  return { type, message: message ?? "", errorId: id ?? undefined, violations: (violations ?? []).map((violation) => violation.type), faultCode: undefined };
}

function isApiKeyFault({ faultCode }: Refusal): boolean {
  return faultCode === "oauth.v2.InvalidApiKey" || faultCode === "steps.oauth.v2.FailedToResolveAPIKey";
}
