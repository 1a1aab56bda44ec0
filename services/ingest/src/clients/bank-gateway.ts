import { fetchAccounts, fetchTransactions } from "@opl/contracts/http/bank-gateway";
import type { ResponseOf } from "@opl/contracts/http";
import { createClient } from "@opl/service";
import type { Client, ServiceTokens } from "@opl/service";

const questions = { fetchAccounts, fetchTransactions };

/** What we ask the only process that talks to banks. */
export type BankGateway = Client<typeof questions>;
export type FetchedAccounts = ResponseOf<typeof fetchAccounts>;
export type FetchedPage = ResponseOf<typeof fetchTransactions>;

export function createBankGateway(baseUrl: string, tokens: ServiceTokens): BankGateway {
  return createClient(questions, { baseUrl, audience: "bank-gateway", tokens });
}
