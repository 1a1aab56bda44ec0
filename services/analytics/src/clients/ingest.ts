import { exportAccounts, exportBalances, exportTransactions } from "@opl/contracts/http/ingest";
import { type Client, type ServiceTokens, createClient } from "@opl/service";

const routes = { exportAccounts, exportTransactions, exportBalances };

/** The ledger, read again only for rebuilding. */
export type IngestClient = Client<typeof routes>;

export function createIngestClient(baseUrl: string, tokens: ServiceTokens): IngestClient {
  return createClient(routes, { baseUrl, audience: "ingest", tokens, timeoutMs: 30_000 });
}
