import type { OplError } from "@opl/errors";
import { z } from "zod";
import { errors } from "../../errors.ts";
import { retryAfter, word } from "../refusal-words.ts";

const violation = z.object({ type: z.string(), path: z.string().nullish(), message: z.string().nullish().catch(null) });
const business = z.object({
  id: z.string().nullish(),
  type: z.string(),
  message: z.string().nullish(),
  violations: z.array(violation).nullish(),
});
const wrapped = z.object({ errors: z.array(business).min(1) });
const fault = z.object({ fault: z.object({ detail: z.object({ errorcode: z.string() }).nullish() }) });

/** One of the bank's three error shapes, reduced to what decides. */
interface Refusal {
  readonly type: string | undefined;
  readonly message: string;
  readonly errorId: string | undefined;
  readonly violations: readonly z.infer<typeof violation>[];
  readonly faultCode: string | undefined;
}

/** Translates a refused call into our closed set of codes. Free text of the bank is looked at, never passed on. */
export function translateOpRefusal(status: number, json: unknown, headers: Readonly<Record<string, string>>): OplError {
  const refusal = readRefusal(json);
  const details = {
    status,
    ...(refusal.faultCode === undefined ? {} : { reason: word(refusal.faultCode) }),
    ...(refusal.violations.length === 0 ? {} : describeViolations(refusal.violations)),
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

/** The bank's own words; the first as our reason; and which member of what we asked for is meant, in the names of our contracts. */
function describeViolations(violations: Refusal["violations"]) {
  const reasons = violations.map(reasonOf);
  const fields = violations.flatMap(({ path }, index) => (path ? [{ field: fieldOf(path), reason: reasons[index] }] : []));
  return { reason: reasons[0], violations: violations.map(({ type }) => word(type)), ...(fields.length === 0 ? {} : { fields }) };
}

/** Why a payment failed stands in the text beside the violation alone. */
const failures = ["AccountClosed", "InvalidPayee", "LimitExceeded"];

function reasonOf({ type, message }: z.infer<typeof violation>): string {
  const failure = type === "PaymentFail" ? failures.find((each) => message?.includes(each)) : undefined;
  return dashed(word(failure ?? type));
}

/** `InsufficientFunds` reads `insufficient-funds`. */
function dashed(type: string): string {
  return type.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, "-").toLowerCase();
}

/** Where a member of a payment stands in our own instruction; the longest beginning that fits. */
const fields: readonly (readonly [path: string, field: string])[] = [
  ["amountEUR", "amount.amount"],
  ["amount", "amount.amount"],
  ["currency", "amount.currency"],
  ["payee.iban", "creditor.iban"],
  ["payee.name", "creditor.name"],
  ["payee.address", "creditor.address"],
  ["payee.country", "creditor.country"],
  ["payee.bankAccount", "creditor.account"],
  ["payee.financialInstitution", "creditor.agent"],
  ["payee.foreignAddress", "creditor.address"],
  ["payee", "creditor"],
  ["payer", "debtorIban"],
  ["message", "remittance"],
  ["reference", "remittance"],
  ["count", "count"],
  ["detailsOfCharges", "chargeBearer"],
  ["paymentOrder", "urgent"],
  ["authorizationId", "paymentOrderId"],
];

function fieldOf(path: string): string {
  return fields.find(([begin]) => path === begin || path.startsWith(`${begin}.`) || path.startsWith(`${begin}[`))?.[1] ?? word(path);
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
  return { type, message: message ?? "", errorId: id ?? undefined, violations: violations ?? [], faultCode: undefined };
}

function isApiKeyFault({ faultCode }: Refusal): boolean {
  return faultCode === "oauth.v2.InvalidApiKey" || faultCode === "steps.oauth.v2.FailedToResolveAPIKey";
}
