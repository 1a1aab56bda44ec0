import { randomUUID } from "node:crypto";
import { Refusal, type Dialect } from "../http/refusal.ts";

type AccountViolation = "Date" | "ExpirationOrTransactionRange" | "IllegalState" | "InvalidValue" | "Required" | "TypeMismatch" | "UnrecognizedProperty";

type PaymentViolation =
  | "CountryCode"
  | "CreditorBicOrAddress"
  | "DuplicatePayment"
  | "EuEtaValid"
  | "EuroCents"
  | "FinnishIban"
  | "FinnishReference"
  | "Iban"
  | "InsufficientFunds"
  | "Max"
  | "MessageOrReference"
  | "Min"
  | "PaymentFail"
  | "PaymentOrder"
  | "SepaAddress"
  | "SepaIban"
  | "Size"
  | "ValidBic"
  | "ValidDetailOfCharges"
  | "ValidForeignPaymentRecurrence"
  | "ValidPaymentOrder";

/** A violation inside a VALIDATION or BUSINESS error. */
export interface Violation {
  readonly type: AccountViolation | PaymentViolation;
  readonly path?: string;
  readonly message: string;
  /** Of Min and Max. */
  readonly value?: string;
  readonly inclusive?: boolean;
  /** Of Size. */
  readonly min?: number;
  readonly max?: number;
  /** Where the confirmation of funds looked. */
  readonly location?: "body" | "header";
}

type ErrorType = "SECURITY" | "VALIDATION" | "TECHNICAL" | "BUSINESS";

function apiError(type: ErrorType, message: string, violations?: readonly Violation[]): object {
  return { id: randomUUID(), type, message, ...(violations === undefined ? {} : { violations }) };
}

/** Shape (a): the flat business error. */
export function businessError(status: number, type: ErrorType, message: string): Refusal {
  return new Refusal(status, apiError(type, message));
}

export function security(status: 401 | 403, message: string): Refusal {
  return businessError(status, "SECURITY", message);
}

/** Shape (a) with violations: what is wrong with the request, member by member. */
export function validation(violations: readonly Violation[], message = "The request is not valid"): Refusal {
  return new Refusal(400, apiError("VALIDATION", message, violations));
}

/** The request contradicts what the bank has already. */
export function conflict(violation: Violation): Refusal {
  return new Refusal(409, apiError("VALIDATION", violation.message, [violation]));
}

/** The payment could not be carried out. */
export function paymentRefused(violation: Violation): Refusal {
  return new Refusal(400, apiError("BUSINESS", violation.message, [violation]));
}

export function notFound(what: string): Refusal {
  return businessError(404, "VALIDATION", `${what} was not found`);
}

/** What the bank says where no route answers. */
export const opDialect: Dialect = {
  notFound: () => businessError(404, "VALIDATION", "There is no such resource"),
  malformed: (status, message) => businessError(status, "VALIDATION", message),
  failure: () => businessError(500, "TECHNICAL", "Something went wrong in the bank"),
};

/** Shape (b): wrapped errors. The bank answers this way when an authorization no longer allows anything. */
export function authorizationEnded(authorizationId: string, why: string): Refusal {
  return new Refusal(403, { errors: [apiError("SECURITY", `Authorization ${authorizationId} ${why}`)] });
}

/** The same form, when the bank wants to see the person before it gives more. The interface says nothing of its words: these are ours. */
export function scaRequired(): Refusal {
  return new Refusal(403, { errors: [apiError("SECURITY", "Strong customer authentication is required")] });
}

const faults = {
  "keymanagement.service.access_token_expired": [401, "Access Token expired"],
  "keymanagement.service.invalid_access_token": [401, "Invalid Access Token"],
  "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound": [401, "Invalid API call as no apiproduct match found"],
  "steps.oauth.v2.FailedToResolveAPIKey": [401, "Failed to resolve API Key variable request.header.x-api-key"],
  "oauth.v2.InvalidApiKey": [401, "Invalid ApiKey"],
  "steps.oauth.v2.InsufficientScope": [403, "Required scope(s) are missing"],
  "policies.ratelimit.QuotaViolation": [429, "Rate limit quota violation. Quota limit exceeded"],
  "policies.ratelimit.SpikeArrestViolation": [429, "Spike arrest violation"],
} as const satisfies Record<string, readonly [number, string]>;

/** Shape (c): the fault of the gateway that stands before the bank's interfaces. */
export function gatewayFault(errorcode: keyof typeof faults, headers: Readonly<Record<string, string>> = {}): Refusal {
  const [status, faultstring] = faults[errorcode];
  return new Refusal(status, { fault: { faultstring, detail: { errorcode } } }, headers);
}

/** How the gateway's token endpoint says no. */
export function tokenError(
  code: "access_denied" | "invalid_request" | "invalid_client" | "invalid_scope" | "unsupported_grant_type",
  message: string,
): Refusal {
  return new Refusal(code === "invalid_client" ? 401 : 400, { ErrorCode: code, Error: message });
}
