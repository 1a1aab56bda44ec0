import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask } from "./client.ts";
import { isLongList } from "./refresh.ts";
import { type Answer, type Ask, FIRST_PAGE } from "./routes.ts";

export type Me = Answer<"getMe">;
export type Overview = Answer<"getOverview">;
export type AccountView = Answer<"listAccountViews">["accounts"][number];
export type ConnectionView = Answer<"listConnections">["connections"][number];
type SentFundsPermission = Answer<"listFundsPermissions">["permissions"][number];
type LaterField = "createdAt" | "authorisedAt" | "endedAt" | "daysLeft" | "missed" | "history";
export type FundsPermission = Omit<SentFundsPermission, "createdAt"> & { readonly createdAt: string | null };
export type Receipts = Answer<"getReceipts">;
export type Bank = Answer<"listBanks">["banks"][number];
export type TransactionPage = Answer<"listTransactionRows">;
export type TransactionRow = TransactionPage["transactions"][number];
export type TransactionView = Answer<"getTransactionView">;
export type Recurring = Answer<"getRecurring">["recurring"][number];
export type CashFlow = Answer<"getCashFlow">;
export type Spending = Answer<"getSpending">;
export type NetWorth = Answer<"getNetWorth">;
type CategoryChoice = NonNullable<TransactionRow["category"]>["category"];
export type TransactionFilterQuery = Omit<NonNullable<Ask<"listTransactionRows">["query"]>, "cursor" | "limit">;

/** The pages after the first are large so that scrolling seldom waits. */
const NEXT_PAGE = 300;

const isShort = ({ state }: { readonly state: { readonly data: unknown } }): boolean => !isLongList(state.data);

/** A permission to ask for funds, also as a bff tells it that is not replaced yet: what it does not say is not known. */
export function readFundsPermission(sent: Omit<SentFundsPermission, LaterField> & Partial<Pick<SentFundsPermission, LaterField>>): FundsPermission {
  return { createdAt: null, authorisedAt: null, endedAt: null, daysLeft: null, missed: false, history: [], ...sent };
}

/** Every question pages ask, with its place in the cache. The first word of a key is what live events invalidate. */
export const queries = {
  me: () => queryOptions({ queryKey: ["me"], queryFn: ({ signal }) => ask("getMe", {}, signal), staleTime: 60_000 }),
  overview: () => queryOptions({ queryKey: ["overview"], queryFn: ({ signal }) => ask("getOverview", {}, signal) }),
  accounts: () => queryOptions({ queryKey: ["accounts"], queryFn: ({ signal }) => ask("listAccountViews", {}, signal) }),
  banks: () => queryOptions({ queryKey: ["banks"], queryFn: ({ signal }) => ask("listBanks", {}, signal), staleTime: 60_000 }),
  connections: () => queryOptions({ queryKey: ["connections"], queryFn: ({ signal }) => ask("listConnections", {}, signal) }),
  connection: (consentId: string) =>
    queryOptions({
      queryKey: ["connections", consentId],
      queryFn: ({ signal }) => ask("getConnection", { params: { consentId } }, signal),
    }),
  receipts: (consentId: string) =>
    queryOptions({ queryKey: ["receipts", consentId], queryFn: ({ signal }) => ask("getReceipts", { params: { consentId } }, signal) }),
  funds: () =>
    queryOptions({
      queryKey: ["payments", "funds"],
      queryFn: async ({ signal }) => ({ permissions: (await ask("listFundsPermissions", {}, signal)).permissions.map(readFundsPermission) }),
    }),
  fundsReceipts: (fundsConsentId: string) =>
    queryOptions({ queryKey: ["receipts", fundsConsentId], queryFn: ({ signal }) => ask("getFundsReceipts", { params: { fundsConsentId } }, signal) }),
  transactions: (filter: TransactionFilterQuery) =>
    infiniteQueryOptions({
      queryKey: ["transactions", "list", filter],
      initialPageParam: null as string | null,
      queryFn: ({ pageParam, signal }) =>
        ask(
          "listTransactionRows",
          { query: pageParam === null ? { ...filter, limit: FIRST_PAGE } : { ...filter, cursor: pageParam, limit: NEXT_PAGE } },
          signal,
        ),
      getNextPageParam: (page) => page.nextCursor,
      refetchOnMount: isShort,
      refetchOnWindowFocus: isShort,
      refetchOnReconnect: isShort,
    }),
  transaction: (transactionId: string) =>
    queryOptions({
      queryKey: ["transactions", "one", transactionId],
      queryFn: ({ signal }) => ask("getTransactionView", { params: { transactionId } }, signal),
    }),
  proof: (transactionId: string) =>
    queryOptions({
      queryKey: ["proof", transactionId],
      queryFn: ({ signal }) => ask("getProof", { params: { transactionId } }, signal),
      staleTime: Infinity,
    }),
  rulePreview: (transactionId: string, category: CategoryChoice) =>
    queryOptions({
      queryKey: ["transactions", "rule-preview", transactionId, category],
      queryFn: ({ signal }) => ask("previewTransactionRule", { params: { transactionId }, query: { category } }, signal),
      staleTime: 0,
    }),
  rules: () => queryOptions({ queryKey: ["rules"], queryFn: ({ signal }) => ask("listRules", {}, signal) }),
  cashFlow: (months: number) =>
    queryOptions({ queryKey: ["insights", "cash-flow", months], queryFn: ({ signal }) => ask("getCashFlow", { query: { months } }, signal) }),
  spending: (from: string, to: string) =>
    queryOptions({ queryKey: ["insights", "spending", from, to], queryFn: ({ signal }) => ask("getSpending", { query: { from, to } }, signal) }),
  recurring: () => queryOptions({ queryKey: ["insights", "recurring"], queryFn: ({ signal }) => ask("getRecurring", {}, signal) }),
  netWorth: (from: string, to: string, accountId?: string) =>
    queryOptions({
      queryKey: ["insights", "net-worth", from, to, accountId ?? null],
      queryFn: ({ signal }) => ask("getNetWorth", { query: { from, to, ...(accountId === undefined ? {} : { accountId }) } }, signal),
    }),
};
