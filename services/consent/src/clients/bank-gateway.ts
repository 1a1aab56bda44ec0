import { createAspspConsent, exchangeCode, listAspsps, pollAuthorization, revokeAspspConsent } from "@opl/contracts/http/bank-gateway";
import { createClient } from "@opl/service";
import type { Client, ServiceTokens } from "@opl/service";

const asked = { listAspsps, createAspspConsent, exchangeCode, pollAuthorization, revokeAspspConsent };

/** The bank side of a consent: create, exchange or ask for the outcome, revoke. */
export type BankGateway = Client<typeof asked>;

export function createBankGateway(baseUrl: string, tokens: ServiceTokens): BankGateway {
  return createClient(asked, { baseUrl, audience: "bank-gateway", tokens });
}
