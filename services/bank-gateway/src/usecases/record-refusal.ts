import { isOplError } from "@opl/errors";
import type { Logger } from "@opl/telemetry";

/** The one line about an authorization, or an answer to a refresh, that was not believed: a stable reason, nothing of what came. */
export function recordRefusal(logger: Logger, error: unknown, { consentId, aspspId }: { readonly consentId: string; readonly aspspId: string }): void {
  const code = isOplError(error) ? error.code : "ERR_BUG";
  const reason = isOplError(error) && typeof error.details?.reason === "string" ? error.details.reason : code;
  const line = { securityEvent: "authorization-refused", code, reason, consentId, aspspId };
  // Somebody should look at a bank that does what none may.
  if (isOplError(error) && error.details?.["alarm"] === true) logger.error(line, "what came from a bank was refused");
  else logger.warn(line, "what came from a bank was refused");
}
