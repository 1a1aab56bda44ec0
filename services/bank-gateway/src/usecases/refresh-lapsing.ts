import { isOplError } from "@opl/errors";
import { getConsent } from "../db/consent-store.ts";
import { getTokenSet, tokenSetsToRefresh } from "../db/token-store.ts";
import type { GatewayContext } from "./context.ts";
import { refreshTokenSet } from "./refresh-token-set.ts";

const atOnce = 50;
/** Refresh tokens that end within this time are used while they can be. */
const beforeEndHours = 12;
/** Some banks let a refresh token lapse that nobody uses. */
const idleDays = 7;

/** Keeps consents alive whose tokens nobody has used for long, so that the next sync does not find them dead. */
export async function refreshLapsing(ctx: Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">, signal: AbortSignal): Promise<void> {
  const now = ctx.clock.now();
  const limits = { now, expiresBefore: now.add({ hours: beforeEndHours }), idleSince: now.subtract({ hours: idleDays * 24 }) };
  for (const consentId of await tokenSetsToRefresh(ctx.db, limits, atOnce)) {
    if (signal.aborted) return;
    const [consent, stored] = await Promise.all([getConsent(ctx.db, consentId, "unattended"), getTokenSet(ctx.db, consentId)]);
    if (consent?.status !== "authorised" || stored === undefined || Temporal.Instant.compare(consent.validUntil, now) <= 0) continue;
    try {
      await refreshTokenSet(ctx, await ctx.banks.under(consent.registrationId), consent, stored.version);
    } catch (error) {
      // One consent's trouble is not the others'; whatever follows from it is recorded already.
      if (!isOplError(error)) throw error;
      ctx.logger.warn({ consentId, aspspId: consent.aspspId, code: error.code }, "tokens could not be refreshed ahead of time");
    }
  }
}
