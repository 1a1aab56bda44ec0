import type { Transaction } from "kysely";
import type { AuthorizationRequest } from "../adapters/bank-adapter.ts";
import { facetOf } from "../adapters/consent-kind.ts";
import type { ConsentKind } from "../adapters/consent-kind.ts";
import type { Bank } from "../banks/bank.ts";
import { insertOpenAuthorization } from "../db/open-authorization-store.ts";
import type { Tables } from "../db/tables.ts";
import { errors } from "../errors.ts";
import { requestBackchannel } from "../oauth/backchannel-request.ts";
import { pushAuthorizationRequest } from "../oauth/pushed-request.ts";
import { stateHash } from "../oauth/state-hash.ts";
import { sealOpenAuthorization } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";

export interface BegunAuthorization {
  /** Null where the bank asks the person in its app. */
  readonly redirectUrl: string | null;
  /** Until when the attempt can go on: where the request travels in the address, the life of that request, in which the person must arrive; else until when the bank may answer. */
  readonly expiresAt: Temporal.Instant;
  /** How often it makes sense to ask for the outcome; null where the person brings it. */
  readonly pollIntervalSeconds: number | null;
  /** Keeps what the rest of the flow needs, in the transaction that keeps the consent. */
  readonly keep: (tx: Transaction<Tables>) => Promise<void>;
}

type Context = Pick<GatewayContext, "vault" | "newId">;
type Whose = { readonly psuId: string; readonly consentId: string; readonly aspspId: string; readonly kind: ConsentKind };

const nothing = async (): Promise<void> => undefined;

/** Asks the bank to ask the person, in the way of its profile: by value in the address, by a pushed request, or in its app. */
export async function beginAuthorization(ctx: Context, bank: Bank, whose: Whose, request: AuthorizationRequest): Promise<BegunAuthorization> {
  const { oauth } = bank;
  if (oauth.approach === "decoupled") return askInApp(ctx, bank, whose, request);
  if (oauth.request === "pushed") return pushed(ctx, bank, whose, request);
  const asked = await facetOf(bank.adapter, whose.kind).authorizationUrl?.(bank.sign, request);
  if (asked === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
  const { url, expiresAt } = asked;
  return { redirectUrl: url.href, expiresAt, pollIntervalSeconds: null, keep: nothing };
}

async function pushed(ctx: Context, bank: Bank, whose: Whose, request: AuthorizationRequest): Promise<BegunAuthorization> {
  const { url, requestUri, codeVerifier } = await pushAuthorizationRequest(bank, request);
  const sealed = await sealOpenAuthorization(ctx.vault, whose, { codeVerifier });
  // The name ends soon, the person's attempt at the bank does not.
  const endsAt = request.now.add({ hours: 1 });
  return {
    redirectUrl: url.href,
    expiresAt: endsAt,
    pollIntervalSeconds: null,
    async keep(tx) {
      const open = { ...sealed, requestUriHash: stateHash(requestUri), pollIntervalSeconds: null, nextPollAt: null, endsAt };
      if (!(await insertOpenAuthorization(tx, whose.consentId, open))) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "request-uri-reused" } });
    },
  };
}

async function askInApp(ctx: Context, bank: Bank, whose: Whose, { aspspConsentId, loginHint, now }: AuthorizationRequest): Promise<BegunAuthorization> {
  if (loginHint === undefined) throw errors.ERR_LOGIN_HINT_MISSING();
  const { authRequestId, expiresAt, intervalSeconds } = await requestBackchannel(bank, { aspspConsentId, loginHint, newJti: ctx.newId, now });
  const sealed = await sealOpenAuthorization(ctx.vault, whose, { authRequestId });
  const nextPollAt = now.add({ seconds: intervalSeconds });
  return {
    redirectUrl: null,
    expiresAt,
    pollIntervalSeconds: intervalSeconds,
    async keep(tx) {
      await insertOpenAuthorization(tx, whose.consentId, {
        ...sealed,
        requestUriHash: null,
        pollIntervalSeconds: intervalSeconds,
        nextPollAt,
        endsAt: expiresAt,
      });
    },
  };
}
