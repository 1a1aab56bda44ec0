import { completeAuthorisation } from "@opl/contracts/http/consent";
import { isOplError } from "@opl/errors";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import * as complete from "../usecases/complete-authorisation.ts";

export function authorisationRoutes(ctx: ConsentContext): readonly BoundRoute[] {
  return [
    psuRoute(completeAuthorisation, async ({ psu, body, log }) => {
      try {
        const completed = await complete.completeAuthorisation(ctx, { ...body, psu });
        if (completed.outcome === "authorised") return { ...completed, validUntil: completed.validUntil?.toString() ?? null };
        // What the gateway refused it has noted itself, with the reason.
        if (completed.outcome === "failed" && isOurs(completed.reason))
          recordSecurityEvent(log, completed.reason, { ...completed.about, aspspId: completed.aspspId });
        return completed;
      } catch (error) {
        if (isOplError(error) && isOurs(error.code)) recordSecurityEvent(log, error.code, { aspspId: body.redirectContext });
        throw error;
      }
    }),
  ];
}

function isOurs(reason: string): boolean {
  return reason.startsWith("ERR_AUTHORISATION_");
}

/** One line for each return that was not believed: a stable reason, nothing of what was brought. */
function recordSecurityEvent(log: Logger, reason: string, about: Readonly<Record<string, string>>): void {
  log.warn({ securityEvent: "authorisation-return-refused", reason, ...about }, "a return from a bank was refused");
}
