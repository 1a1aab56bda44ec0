import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { getConsent } from "../db/consent-store.ts";
import { banksOfLapsing, takeLapsing } from "../db/token-store.ts";
import type { LapsingLimits } from "../db/token-store.ts";
import { nextRefreshTry } from "../domain/token-set.ts";
import { besideEachOther } from "./beside-each-other.ts";
import type { GatewayContext } from "./context.ts";
import { refreshTokenSet } from "./refresh-token-set.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/** Refresh tokens that end within this time are used while they can be. */
const beforeEndHours = 12;
/** Some banks let a refresh token lapse that nobody uses. */
const idleDays = 7;

/**
 * Keeps consents alive whose tokens nobody has used for long, so that the next sync does not find them dead. Banks are asked beside each other,
 * each about one set after another, what ends soonest first, until none is due; a set that was tried is due again later. Each is taken right before it
 * is tried, so who dies or is stopped leaves the others to the next.
 */
export async function refreshLapsing(ctx: Context, signal: AbortSignal): Promise<void> {
  const now = ctx.clock.now();
  const limits = { now, expiresBefore: now.add({ hours: beforeEndHours }), idleSince: now.subtract({ hours: idleDays * 24 }) };
  await besideEachOther(await banksOfLapsing(ctx.db, limits), (aspspId) => refreshAt(ctx, aspspId, limits, signal));
}

async function refreshAt(ctx: Context, aspspId: string, limits: LapsingLimits, signal: AbortSignal): Promise<void> {
  const take = () => {
    const now = ctx.clock.now();
    return inTransaction(ctx.db, (tx) => takeLapsing(tx, aspspId, limits, (end) => nextRefreshTry(now, end)));
  };
  while (!signal.aborted) {
    const taken = await take();
    if (taken === undefined) return;
    await refreshOne(ctx, aspspId, taken.consentId, taken.version);
  }
}

async function refreshOne(ctx: Context, aspspId: string, consentId: string, version: number): Promise<void> {
  try {
    const consent = await getConsent(ctx.db, consentId, "unattended");
    if (consent?.status === "authorised") await refreshTokenSet(ctx, await ctx.banks.under(consent.registrationId), consent, version);
  } catch (error) {
    // One consent's trouble is not the others'; whatever follows from it is recorded already.
    if (isOplError(error)) ctx.logger.warn({ consentId, aspspId, code: error.code }, "tokens could not be refreshed ahead of time");
    else ctx.logger.error({ consentId, aspspId, err: error }, "tokens could not be refreshed ahead of time");
  }
}
