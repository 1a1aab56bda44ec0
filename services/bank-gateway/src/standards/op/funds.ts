import { fromWire, toWire } from "@opl/money";
import { z } from "zod";
import type { FundsFacet } from "../../adapters/bank-adapter.ts";
import { errors } from "../../errors.ts";
import { cappedText, pathSegment, readAmount, readWire, refusePage } from "../wire.ts";
import { opaqueId } from "./accounts-wire.ts";
import { opAuthorizationUrl } from "./authorization-request.ts";
import type { AuthorizationRequestSettings } from "./authorization-request.ts";
import { translateCreated, withinLimit } from "./authorizations.ts";

export interface FundsSettings extends Omit<AuthorizationRequestSettings, "scope"> {
  readonly cofBaseUrl: string;
  readonly newRequestId: () => string;
}

const scopes = { client: "fundsconfirmations", consent: ["openid", "fundsconfirmations"] };
const longestDays = 365;
const type = "application/json";

const opFundsAuthorization = z.object({
  authorizationId: opaqueId,
  expires: z.iso.datetime({ offset: true }).nullish(),
  iban: z.string().max(40).nullish(),
  status: z.string(),
});
const opFundsConfirmation = z.object({ authorizationId: opaqueId, amountEUR: z.string(), fundsAvailable: z.boolean() });

/** Confirmation of funds: an authorization for one account, then yes or no. */
export function opFundsFacet(settings: FundsSettings): FundsFacet {
  const { cofBaseUrl, newRequestId } = settings;
  const at = (aspspConsentId: string): URL => new URL(`${cofBaseUrl}/authorizations/${pathSegment(aspspConsentId)}`);
  const headers = (): { "x-request-id": string } => ({ "x-request-id": newRequestId() });
  return {
    scopes,
    async create(calls, { validUntil, iban, now }) {
      const expires = withinLimit(validUntil, now, longestDays);
      const body = { type, text: JSON.stringify({ ...(iban === null ? {} : { iban }), expires: expires.toString() }) };
      const reply = await calls({ operation: "funds.create", method: "POST", url: new URL(`${cofBaseUrl}/authorizations`), headers: headers(), body });
      return translateCreated(readWire(opFundsAuthorization, reply), expires);
    },
    authorizationUrl: (sign, request) => opAuthorizationUrl({ ...settings, scope: scopes.consent }, sign, request),
    async account(calls, aspspConsentId) {
      const reply = await calls({ operation: "funds.read", method: "GET", url: at(aspspConsentId), headers: headers() });
      return cappedText(readWire(opFundsAuthorization, reply).iban?.replaceAll(/\s/g, ""), 34);
    },
    async confirm(calls, aspspConsentId, { amount, currency }) {
      if (currency !== "EUR") throw errors.ERR_PAYMENT_UNFIT({ details: { fields: [{ field: "amount.currency", reason: "euro-only" }] } });
      const asked = toWire(fromWire({ amount, currency })).amount;
      const reply = await calls({
        operation: "funds.confirm",
        method: "POST",
        url: new URL(`${cofBaseUrl}/funds-confirmations`),
        headers: headers(),
        body: { type, text: JSON.stringify({ authorizationId: aspspConsentId, amountEUR: asked }) },
      });
      const answer = readWire(opFundsConfirmation, reply);
      // A yes to another question is none to this one.
      if (answer.authorizationId !== aspspConsentId || readAmount(answer.amountEUR, "EUR", reply.rawHash, "/amountEUR").amount !== asked)
        throw refusePage(reply.rawHash, "another-question", "");
      return answer.fundsAvailable;
    },
    async revoke(calls, aspspConsentId) {
      await calls({ operation: "funds.revoke", method: "DELETE", url: at(aspspConsentId), headers: headers() });
    },
  };
}
