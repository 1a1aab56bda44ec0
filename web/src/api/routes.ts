import type { bffRoutes } from "@opl/contracts/http/bff";
import type { BodyInputOf, ParamsOf, QueryInputOf, ResponseOf } from "@opl/contracts/http/route";

type Routes = typeof bffRoutes;
/** The name of a question or a change the bff understands. */
export type Operation = keyof Routes;
export type Answer<O extends Operation> = ResponseOf<Routes[O]>;

type Part<Name extends string, T> = [T] extends [undefined] ? { readonly [N in Name]?: undefined } : { readonly [N in Name]: T };
/** What a route needs, by the place it travels in. */
export type AskOf<Route> = Part<"params", ParamsOf<Route>> & Part<"body", BodyInputOf<Route>> & { readonly query?: QueryInputOf<Route> };
export type Ask<O extends Operation> = AskOf<Routes[O]>;

/** Method and path of each operation; only types of the contract are shipped, so a test compares the two. */
export const routes: Record<Operation, readonly [method: string, path: string]> = {
  getMe: ["GET", "/api/me"],
  updatePreferences: ["PATCH", "/api/me/preferences"],
  changeName: ["PATCH", "/api/me"],
  eraseMe: ["DELETE", "/api/me"],
  getOverview: ["GET", "/api/overview"],
  listBanks: ["GET", "/api/banks"],
  startConnection: ["POST", "/api/connections"],
  finishConnection: ["POST", "/api/connections/return"],
  listConnections: ["GET", "/api/connections"],
  getConnection: ["GET", "/api/connections/:consentId"],
  refreshConnection: ["POST", "/api/connections/:consentId/refresh"],
  withdrawConnection: ["POST", "/api/connections/:consentId/withdrawal"],
  reconfirmConnection: ["POST", "/api/connections/:consentId/reconfirmation"],
  getReceipts: ["GET", "/api/connections/:consentId/receipts"],
  listAccountViews: ["GET", "/api/accounts"],
  listTransactionRows: ["GET", "/api/transactions"],
  getTransactionView: ["GET", "/api/transactions/:transactionId"],
  correctTransactionCategory: ["PUT", "/api/transactions/:transactionId/category"],
  takeBackTransactionCategory: ["DELETE", "/api/transactions/:transactionId/category"],
  noteTransaction: ["PUT", "/api/transactions/:transactionId/note"],
  previewTransactionRule: ["GET", "/api/transactions/:transactionId/counterparty-rule"],
  putTransactionRule: ["PUT", "/api/transactions/:transactionId/counterparty-rule"],
  listRules: ["GET", "/api/counterparty-rules"],
  removeRule: ["DELETE", "/api/counterparty-rules/:counterpartyRuleId"],
  splitTransaction: ["PUT", "/api/transactions/:transactionId/split"],
  removeTransactionSplit: ["DELETE", "/api/transactions/:transactionId/split"],
  annotateTransactions: ["POST", "/api/annotations"],
  confirmCharges: ["POST", "/api/confirmed-charges"],
  takeBackConfirmation: ["DELETE", "/api/confirmed-charges"],
  getProof: ["GET", "/api/transactions/:transactionId/proof"],
  getCashFlow: ["GET", "/api/insights/cash-flow"],
  getSpending: ["GET", "/api/insights/spending"],
  getRecurring: ["GET", "/api/insights/recurring"],
  getNetWorth: ["GET", "/api/insights/net-worth"],
  getForecast: ["GET", "/api/insights/forecast"],
  getBudgets: ["GET", "/api/budgets"],
  setBudget: ["PUT", "/api/budgets/:currency/:category"],
  removeBudget: ["DELETE", "/api/budgets/:currency/:category"],
  putPaymentOrderView: ["PUT", "/api/payment-orders/:paymentOrderId"],
  approvePaymentOrder: ["POST", "/api/payment-orders/:paymentOrderId/approval"],
  listPaymentOrderViews: ["GET", "/api/payment-orders"],
  getPaymentOrderView: ["GET", "/api/payment-orders/:paymentOrderId"],
  cancelPaymentOrder: ["POST", "/api/payment-orders/:paymentOrderId/cancellation"],
  listPaymentChoices: ["GET", "/api/payment-choices"],
  listFundsPermissions: ["GET", "/api/funds-permissions"],
  getFundsReceipts: ["GET", "/api/funds-permissions/:fundsConsentId/receipts"],
  startFundsPermission: ["POST", "/api/funds-permissions"],
  confirmFundsOf: ["POST", "/api/funds-permissions/:fundsConsentId/confirmations"],
  withdrawFundsPermission: ["POST", "/api/funds-permissions/:fundsConsentId/withdrawal"],
};

/** Part of every page, unlike the other addresses of signing in (`auth.ts`). */
export const signOutPath = "/api/auth/sign-out";

/** The first page of a list is small so that it is quick. */
export const FIRST_PAGE = 100;

/** Fills `:name` places and appends the query; a list becomes a repeated parameter, undefined is left out. */
export function buildUrl(path: string, params: Readonly<Record<string, string>> = {}, query: Readonly<Record<string, unknown>> = {}): string {
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (typeof one === "number" || (typeof one === "string" && one !== "")) search.append(name, `${one}`);
    }
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}
