import { inTransaction } from "@opl/postgres";
import { isOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import type { Bank } from "../banks/bank.ts";
import { getConsent, takeExchange } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { getOpenAuthorization, slowPollingDown, takeOpenAuthorization, takePollTurn } from "../db/open-authorization-store.ts";
import type { OpenAuthorization } from "../db/open-authorization-store.ts";
import { getTokenSet } from "../db/token-store.ts";
import { errors } from "../errors.ts";
import type { GrantedTokens } from "../oauth/token-endpoint.ts";
import { openOpenAuthorization, openTokens } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";
import { endFailed } from "./exchange-code.ts";
import { keepTokens } from "./keep-tokens.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

export type PolledAuthorization =
  | { readonly status: "pending"; readonly nextPollAt: Temporal.Instant }
  | { readonly status: "authorised"; readonly scope: readonly string[]; readonly authorisedAt: Temporal.Instant; readonly validUntil: Temporal.Instant };

/**
 * Asks the bank whether the person has answered in its app. The bank is asked once per interval, whoever asks here and however often, and
 * never again after a final word (OA-74). Who lost the answer gets it again.
 * @throws ERR_AUTHORIZATION_DENIED with the bank's word, ERR_AUTHORIZATION_REFUSED, ERR_BANK_CONSENT_STATE once it has failed
 */
export async function pollAuthorization(ctx: Context, consentId: string, aspspId: string): Promise<PolledAuthorization> {
  const consent = await getConsent(ctx.db, consentId, "unattended");
  if (consent === undefined || consent.aspspId !== aspspId) throw errors.ERR_BANK_CONSENT_NOT_FOUND();
  if (consent.status === "authorised") return authorised(ctx, consent);
  if (consent.status !== "created") throw errors.ERR_BANK_CONSENT_STATE();
  const bank = await ctx.banks.under(consent.registrationId);
  const now = ctx.clock.now();
  const turn = await takePollTurn(ctx.db, consentId, now);
  if (turn === undefined) return notNow(ctx, consent, now);
  const { authRequestId } = await openOpenAuthorization(ctx.vault, consent, turn);
  if (authRequestId === undefined) throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "approach" } });
  const granted = await askOnce(ctx, bank, consent, turn, authRequestId);
  if ("status" in granted) return granted;
  await takeWhole(ctx, consent);
  try {
    return { status: "authorised", ...(await keepTokens(ctx, bank, consent, granted, undefined)) };
  } catch (error) {
    throw await endFailed(ctx, consent, error);
  }
}

async function askOnce(
  ctx: Context,
  bank: Bank,
  consent: BankConsent,
  turn: OpenAuthorization,
  authRequestId: string,
): Promise<GrantedTokens | PolledAuthorization> {
  const stands = async (): Promise<void> => {
    if ((await getConsent(ctx.db, consent.consentId, "unattended"))?.status !== "created") throw errors.ERR_BANK_CONSENT_STATE();
  };
  try {
    return await bank.tokens.poll(authRequestId, stands);
  } catch (error) {
    // What we know ourselves is no word of the bank.
    if (!isOplError(error) || error.code === "ERR_BANK_CONSENT_STATE") throw error;
    const word = wordOf(error);
    const pending = { status: "pending", nextPollAt: turn.nextPollAt ?? turn.endsAt } as const;
    // Not reached, or asked to wait: the next turn comes by itself.
    if (word === "authorization_pending" || (word === undefined && error.kind !== "upstream")) return pending;
    if (word === "slow_down") {
      await slowPollingDown(ctx.db, consent.consentId, ctx.clock.now());
      return { ...pending, nextPollAt: (await getOpenAuthorization(ctx.db, consent.consentId))?.nextPollAt ?? pending.nextPollAt };
    }
    await takeWhole(ctx, consent);
    throw await endFailed(ctx, consent, word === undefined ? error : errors.ERR_AUTHORIZATION_DENIED({ cause: error, details: { reason: word } }));
  }
}

/** What the bank's refusal says; nothing where it was no refusal. */
function wordOf({ code, details }: OplError): string | undefined {
  const reason = code === "ERR_ASPSP_TOKEN_INVALID" ? details?.reason : undefined;
  return typeof reason === "string" ? reason : undefined;
}

/** Nobody polls after this: what was remembered goes, and the consent has its one exchange. */
async function takeWhole({ db, clock }: Pick<Context, "db" | "clock">, { consentId, psuId }: BankConsent): Promise<void> {
  const taken = await inTransaction(db, async (tx) => {
    await takeOpenAuthorization(tx, consentId);
    return takeExchange(tx, consentId, psuId, clock.now());
  });
  if (taken === undefined) throw errors.ERR_BANK_CONSENT_STATE();
}

/** Too early, or too late: the bank is not asked. */
async function notNow(ctx: Context, consent: BankConsent, now: Temporal.Instant): Promise<PolledAuthorization> {
  const open = await getOpenAuthorization(ctx.db, consent.consentId);
  if (open?.nextPollAt === undefined || open.nextPollAt === null) throw errors.ERR_BANK_CONSENT_STATE();
  if (Temporal.Instant.compare(now, open.endsAt) < 0) return { status: "pending", nextPollAt: open.nextPollAt };
  await takeWhole(ctx, consent);
  throw await endFailed(ctx, consent, errors.ERR_AUTHORIZATION_DENIED({ details: { reason: "expired_token" } }));
}

async function authorised({ db, vault, clock }: Pick<Context, "db" | "vault" | "clock">, consent: BankConsent): Promise<PolledAuthorization> {
  const stored = await getTokenSet(db, consent.consentId);
  if (stored === undefined) throw errors.ERR_BANK_CONSENT_STATE();
  const { scope } = await openTokens(vault, consent, stored);
  return { status: "authorised", scope, authorisedAt: clock.now(), validUntil: consent.validUntil };
}
