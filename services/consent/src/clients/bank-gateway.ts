import { createAspspConsent, exchangeCode, listAspsps, pollAuthorization, revokeAspspConsent, signReceipt } from "@opl/contracts/http/bank-gateway";
import { bankGatewayPaymentRoutes } from "@opl/contracts/http/bank-gateway-payments";
import { createClient } from "@opl/service";
import type { Client, ServiceTokens } from "@opl/service";

const asked = { listAspsps, createAspspConsent, exchangeCode, pollAuthorization, revokeAspspConsent, signReceipt, ...bankGatewayPaymentRoutes };

/** The bank side of a consent, of a payment order and of a permission to ask for funds; and the signature under receipts. */
export type BankGateway = Client<typeof asked>;

export function createBankGateway(baseUrl: string, tokens: ServiceTokens): BankGateway {
  return createClient(asked, { baseUrl, audience: "bank-gateway", tokens });
}
