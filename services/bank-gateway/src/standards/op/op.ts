import { randomUUID } from "node:crypto";
import type { AspspProfile, BankAdapter } from "../../adapters/bank-adapter.ts";
import { opScheme } from "../../registration-schemes/op.ts";
import { opAccountsFacet } from "./accounts.ts";
import { opAuthorizationUrl } from "./authorization-request.ts";
import { opConsentsFacet } from "./authorizations.ts";
import { opCardsFacet } from "./cards.ts";
import { opFundsFacet } from "./funds.ts";
import { opPaymentsFacet } from "./payments.ts";
import { fapiPsuHeaders } from "../fapi-psu-headers.ts";
import { translateOpRefusal } from "./refusal.ts";
import type { RegistrationSettings } from "./registration.ts";
import { readTokenAnswer } from "../token-answer.ts";
import { opTransactionsFacet } from "./transactions.ts";

export interface OpEndpoints extends Omit<RegistrationSettings, "grantTypes"> {
  /** Without it, the three the interface knows. */
  readonly grantTypes?: readonly string[];
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  readonly authorizeUrl: string;
  readonly aisBaseUrl: string;
  readonly pisBaseUrl: string;
  readonly paymentsJwksUrl: string;
  readonly sandboxScenario: string | undefined;
  readonly cofBaseUrl: string;
  readonly requestObjectAudience: string;
  readonly financialId: string | undefined;
  readonly currency: string;
}

const responseType = "code id_token";
const intentClaim = "authorizationId";
const acrValues = ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"];
const consentScope = ["openid", "accounts"];
const grantTypes = ["client_credentials", "authorization_code", "refresh_token"];

/** The facets of the OP interface for one bank that speaks it. */
export function opStandard(profile: AspspProfile, endpoints: OpEndpoints): BankAdapter & Required<Pick<BankAdapter, "oauth" | "registration">> {
  const { aisBaseUrl, financialId } = endpoints;
  const requests = { ...endpoints, responseType, intentClaim, acrValues, newRequestId: randomUUID };
  return {
    profile,
    oauth: {
      issuer: endpoints.issuer,
      endpoints: { tokenUrl: new URL(endpoints.tokenUrl), jwksUrl: new URL(endpoints.jwksUrl) },
      clientAuthentication: "client_secret_post",
      approach: "redirect",
      request: "by-value",
      responseType,
      responseMode: "fragment",
      pkce: "none",
      senderConstraint: "none",
      userinfo: "none",
      issInResponse: false,
      idTokenAlgorithms: ["RS256", "PS256", "ES256"],
      acrValues,
      intentClaim,
      clientScope: "accounts",
      consentScope,
      readTokenAnswer,
    },
    psuHeaders: fapiPsuHeaders,
    callHeaders: (apiKey) => ({
      accept: "application/json",
      "x-api-key": apiKey,
      ...(financialId === undefined ? {} : { "x-fapi-financial-id": financialId }),
    }),
    translateRefusal: translateOpRefusal,
    registration: opScheme({ grantTypes, ...endpoints }, profile.environment),
    consents: {
      ...opConsentsFacet({ aisBaseUrl, consentMaxDays: profile.consentMaxDays }),
      authorizationUrl: (sign, request) => opAuthorizationUrl({ ...endpoints, responseType, intentClaim, acrValues, scope: consentScope }, sign, request),
    },
    accounts: opAccountsFacet(aisBaseUrl),
    balances: "with-accounts",
    cards: opCardsFacet(aisBaseUrl, endpoints.currency),
    transactions: opTransactionsFacet(aisBaseUrl),
    payments: opPaymentsFacet({ ...requests, isSandbox: profile.environment === "sandbox" }),
    funds: opFundsFacet(requests),
  };
}
