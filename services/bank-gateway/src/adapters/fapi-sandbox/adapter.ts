import { dcrScheme } from "../../registration-schemes/dcr.ts";
import { fapiPsuHeaders } from "../../standards/fapi-psu-headers.ts";
import { opAccountsFacet } from "../../standards/op/accounts.ts";
import { opConsentsFacet } from "../../standards/op/authorizations.ts";
import { opCardsFacet } from "../../standards/op/cards.ts";
import { translateOpRefusal } from "../../standards/op/refusal.ts";
import { opTransactionsFacet } from "../../standards/op/transactions.ts";
import { translateUkRefusal } from "../../standards/uk-open-banking/refusal.ts";
import type { BankAdapter } from "../bank-adapter.ts";
import { fapiSandboxOAuth, fapiSandboxProfile, fapiSandboxRegistration } from "./profile.ts";
import type { FapiBank } from "./profile.ts";
import type { FapiSandboxSettings } from "./settings.ts";

const banks: readonly FapiBank[] = ["fapi1", "fapi2", "decoupled"];

/** The banks of the sandbox that speak the FAPI profiles: account data as at OP, each with an authorization server of its own. */
export function fapiSandboxAdapters(settings: FapiSandboxSettings): readonly BankAdapter[] {
  const url = settings.FAPI_SANDBOX_URL?.replace(/\/+$/, "");
  return url === undefined ? [] : banks.map((bank) => fapiSandboxAdapter(bank, url, settings));
}

/** Registration and authorization server speak as RFC 6749 has it, the account interface as OP does. */
const translateFapiSandboxRefusal: BankAdapter["translateRefusal"] = (status, json, headers) => {
  const isOAuth = typeof json === "object" && json !== null && "error" in json;
  return isOAuth ? translateUkRefusal(status, json, headers) : translateOpRefusal(status, json, headers);
};

function fapiSandboxAdapter(bank: FapiBank, url: string, settings: FapiSandboxSettings): BankAdapter {
  const issuer = `${url}/${bank}`;
  const aisBaseUrl = `${issuer}/accounts-psd2/v1`;
  const profile = fapiSandboxProfile(bank, url, settings);
  return {
    profile,
    oauth: fapiSandboxOAuth(bank, issuer, settings),
    psuHeaders: fapiPsuHeaders,
    callHeaders: () => ({ accept: "application/json" }),
    translateRefusal: translateFapiSandboxRefusal,
    registration: dcrScheme(fapiSandboxRegistration(bank, issuer, settings)),
    consents: opConsentsFacet({ aisBaseUrl, consentMaxDays: profile.consentMaxDays }),
    accounts: opAccountsFacet(aisBaseUrl),
    balances: "with-accounts",
    cards: opCardsFacet(aisBaseUrl, "EUR"),
    transactions: opTransactionsFacet(aisBaseUrl),
  };
}
