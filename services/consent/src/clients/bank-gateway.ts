import { createAspspConsent, exchangeCode, listAspsps, revokeAspspConsent, signReceipt } from "@opl/contracts/http/bank-gateway";
import { createClient } from "@opl/service";
import type { Client, ServiceTokens } from "@opl/service";

const asked = { listAspsps, createAspspConsent, exchangeCode, revokeAspspConsent, signReceipt };

/** The bank side of a consent: create, exchange, revoke; and the signature under its receipts. */
export type BankGateway = Client<typeof asked>;

export function createBankGateway(baseUrl: string, tokens: ServiceTokens): BankGateway {
  return createClient(asked, { baseUrl, audience: "bank-gateway", tokens });
}
