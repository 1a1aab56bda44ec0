/** What an OAuth error of a return means to the person (RFC 6749 section 4.1.2.1), or of a request the bank carried to its app (CIBA 11). */
import type { UnauthorisedOutcome } from "./authorisation.ts";

const outcomes: Readonly<Record<string, UnauthorisedOutcome>> = {
  access_denied: { outcome: "refused" },
  temporarily_unavailable: { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_UNAVAILABLE" },
  expired_token: { outcome: "failed", reason: "ERR_AUTHORISATION_TIMED_OUT" },
  server_error: { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_ERROR" },
};

/** `access_denied` is the person's no; a fault of the bank's invites another try; everything else is our request's fault or nonsense. */
export function outcomeOfBankError(error: string): UnauthorisedOutcome {
  return Object.hasOwn(outcomes, error) ? outcomes[error]! : { outcome: "failed", reason: "ERR_AUTHORISATION_ASPSP_REFUSED" };
}
