import { setTimeout as delay } from "node:timers/promises";
import { isOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { Bank } from "../banks/bank.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { countRefreshAttempt, getTokenSet, releaseRefreshLease, replaceTokenSet, takeRefreshLease } from "../db/token-store.ts";
import { grantedScope, lifetimeSeconds, refreshEnd } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { wasNotTaken } from "../egress/failure.ts";
import { errors } from "../errors.ts";
import { checkTokenIdToken, requireKeys } from "../oauth/check-return.ts";
import { checkTokens } from "../oauth/check-tokens.ts";
import type { GrantedTokens } from "../oauth/token-endpoint.ts";
import { openTokens, sealTokens } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";
import { loseConsent } from "./end-consent.ts";
import type { Loss } from "./end-consent.ts";
import { recordLifetime } from "./record-lifetime.ts";
import { recordRefusal } from "./record-refusal.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "clock" | "logger">;

export interface VersionedTokens {
  readonly tokens: TokenSet;
  readonly version: number;
}

/** Longer than the deadline of a call, so that a lease only ends before its holder when that one has died. */
const leaseSeconds = 45;
/** Whoever begins with less of it left may still be asking when it is another's. */
const callSeconds = 21;
/** A token is sent, and once more where the process died after that; then the person is asked (OA-62). */
const maxAttempts = 2;
/** What the bank answered never came or was not kept, and the old token opens nothing: its consent stands, and it is us who lost the way in. */
const interrupted: Loss = { by: "tpp", code: "refresh-interrupted" };
const pollMs = 50;
const maxPolls = (leaseSeconds * 1000) / pollMs;

/**
 * Gets the token set that follows version `seen`: asks the bank, or waits for whoever is asking already, so that one
 * refresh token is used once (OA-69).
 */
export async function refreshTokenSet(ctx: Context, bank: Bank, consent: BankConsent, seen: number): Promise<VersionedTokens> {
  for (let polls = 0; polls <= maxPolls; polls += 1) {
    const stored = await getTokenSet(ctx.db, consent.consentId);
    if (stored === undefined) throw errors.ERR_ASPSP_CONSENT_INVALID();
    if (stored.version > seen) return { tokens: await openTokens(ctx.vault, consent, stored), version: stored.version };
    const now = ctx.clock.now();
    const until = now.add({ seconds: leaseSeconds });
    const lease = await inTransaction(ctx.db, (tx) => takeRefreshLease(tx, consent.consentId, seen, now, until));
    if (lease === undefined) {
      await delay(pollMs);
      continue;
    }
    const next =
      lease.refreshAttempts >= maxAttempts
        ? await lose(ctx, consent, seen, interrupted)
        : await askBank(
            ctx,
            bank,
            consent,
            { tokens: await openTokens(ctx.vault, consent, lease), version: seen },
            { until, attempt: lease.refreshAttempts + 1, unanswered: lease.refreshUnansweredVersion === seen },
          );
    if (next !== "overtaken") return next;
  }
  throw errors.ERR_ASPSP_UNAVAILABLE({ details: { reason: "refresh" } });
}

interface Turn {
  /** When the lease ends; it names its holder too. */
  readonly until: Temporal.Instant;
  readonly attempt: number;
  /** This token left before without an answer: the bank may have spent it then. */
  readonly unanswered: boolean;
}

/** A holder that was slower than its lease looks again: a newer version counts, whatever the bank said to the older; without one it begins anew. */
type Asked = VersionedTokens | "overtaken";

async function askBank(ctx: Context, bank: Bank, consent: BankConsent, { tokens: held, version }: VersionedTokens, turn: Turn): Promise<Asked> {
  const { until, attempt } = turn;
  if (held.refreshToken === undefined) return lose(ctx, consent, version, { by: "aspsp", code: "no-refresh-token" });
  let overtaken = false;
  let left = false;
  // Not sooner: whoever dies before the token leaves has spent nothing, and who waited long for their turn may hold no lease any more.
  const count = async (): Promise<void> => {
    const tooLate = Temporal.Instant.compare(ctx.clock.now().add({ seconds: callSeconds }), until) > 0;
    overtaken = tooLate || !(await countRefreshAttempt(ctx.db, consent.consentId, version, until, attempt));
    if (overtaken) throw errors.ERR_ASPSP_CONSENT_INVALID();
    left = true;
  };
  const release = (unanswered: boolean) =>
    inTransaction(ctx.db, (tx) => releaseRefreshLease(tx, consent.consentId, until, { refreshAttempts: attempt - 1, unanswered }));
  let granted: GrantedTokens;
  try {
    // What comes must be judged before it is kept, and by then the old refresh token may be spent.
    await requireKeys(bank);
    granted = await bank.tokens.refresh(held.refreshToken, held.proofKey, count);
  } catch (error) {
    // Nothing was sent, or the bank asked for a nonce and took nothing. A lease that is still ours is for whoever comes next, which may be us.
    if (overtaken) {
      await release(false);
      return "overtaken";
    }
    if (isOplError(error) && error.code === "ERR_ASPSP_TOKEN_INVALID" && isRefusedGrant(error.details?.reason))
      return lose(ctx, consent, version, attempt > 1 || turn.unanswered ? interrupted : { by: "aspsp", code: "refresh-refused" }, error);
    // A bank whose answer is lost may be asked again, as often as it takes; a refusal then follows from what was lost.
    await release(left && !wasNotTaken(error));
    throw error;
  }
  const tokens = await judge(ctx, bank, consent, held, granted);
  recordLifetime(ctx.logger, granted.expiresInSeconds, consent);
  const sealed = await sealTokens(ctx.vault, consent, tokens);
  const now = ctx.clock.now();
  const dates = { accessExpiresAt: tokens.accessExpiresAt, refreshExpiresAt: refreshEnd(granted.refreshExpiresInSeconds, now) };
  const replaced = await inTransaction(ctx.db, (tx) => replaceTokenSet(tx, consent.consentId, version, sealed, dates, now));
  return replaced ? { tokens, version: version + 1 } : "overtaken";
}

/** A bank that answers a refresh with another person or more rights than before is not believed (OA-54, OA-63). */
async function judge(ctx: Context, bank: Bank, consent: BankConsent, before: TokenSet, granted: GrantedTokens): Promise<TokenSet> {
  const now = ctx.clock.now();
  const next = {
    accessToken: granted.accessToken,
    accessExpiresAt: now.add({ seconds: lifetimeSeconds(granted.expiresInSeconds) }),
    // Banks that do not rotate send none: the old one goes on.
    refreshToken: granted.refreshToken ?? before.refreshToken,
    origins: before.origins,
    subject: before.subject,
    ...(before.proofKey === undefined ? {} : { proofKey: before.proofKey }),
  };
  try {
    await checkTokens(bank, granted, { askedScope: before.scope, idTokenRequired: false });
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_AUTHORIZATION_REFUSED") throw error;
    const code = error.details?.reason === "scope" ? "scope-changed" : "tokens-refused";
    return distrust(ctx, consent, { ...next, scope: before.scope }, error, code);
  }
  const told = grantedScope(before.scope, granted.scope);
  const scope = told === "wider-than-asked" ? before.scope : told;
  if (granted.idToken !== undefined) {
    try {
      await checkTokenIdToken(bank, consent, granted.idToken, next, { channel: "refresh", now, subject: before.subject });
    } catch (error) {
      if (isOplError(error) && error.code === "ERR_AUTHORIZATION_REFUSED") return distrust(ctx, consent, { ...next, scope }, error, "id-token-refused");
      throw error;
    }
  }
  return { ...next, scope };
}

/** RFC 6749 `invalid_grant`; the gateway of some banks calls it `invalid_request`. */
function isRefusedGrant(reason: unknown): boolean {
  return reason === "invalid_grant" || reason === "invalid_request";
}

/** What came instead is not used: the bank is told to withdraw it, and the person is asked again. */
async function distrust(ctx: Context, consent: BankConsent, tokens: TokenSet, refusal: OplError, code: string): Promise<never> {
  recordRefusal(ctx.logger, refusal, consent);
  await loseConsent(ctx, consent, { by: "tpp", code, unwanted: tokens });
  throw errors.ERR_ASPSP_TOKEN_INVALID({ details: { reason: code }, cause: refusal });
}

async function lose(ctx: Context, consent: BankConsent, version: number, loss: Loss, cause?: unknown): Promise<"overtaken"> {
  if (!(await loseConsent(ctx, consent, loss, version))) return "overtaken";
  throw errors.ERR_ASPSP_TOKEN_INVALID({ details: { reason: loss.code }, ...(cause === undefined ? {} : { cause }) });
}
