import type { bffPaymentRoutes } from "@opl/contracts/http/bff-payments";
import type { BodyInputOf, ResponseOf } from "@opl/contracts/http/route";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { send } from "../../api/client.ts";
import { type AskOf, buildUrl } from "../../api/routes.ts";

type Routes = typeof bffPaymentRoutes;
type PaymentOperation = keyof Routes;
type PaymentAnswer<O extends PaymentOperation> = ResponseOf<Routes[O]>;

export type Order = PaymentAnswer<"getPaymentOrderView">;
export type Payment = Order["payments"][number];
export type Execution = Payment["executions"][number];
export type PaymentStatus = Order["status"];
export type Choices = PaymentAnswer<"listPaymentChoices">;
export type NewOrder = BodyInputOf<Routes["putPaymentOrderView"]>;

/** Method and path of each operation; only types of the contract are shipped, so a test compares the two. */
export const paymentPaths: Record<PaymentOperation, readonly [method: string, path: string]> = {
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

export async function askToPay<O extends PaymentOperation>(operation: O, input: AskOf<Routes[O]>, signal?: AbortSignal): Promise<PaymentAnswer<O>> {
  const [method, path] = paymentPaths[operation];
  return (await send(method, buildUrl(path, input.params, input.query), { body: input.body, signal })) as PaymentAnswer<O>;
}

/** Statuses in which something happens without the person: looked at so often, in milliseconds, beside what the live stream tells. */
const moving: ReadonlySet<PaymentStatus> = new Set(["authorised", "submitted", "accepted", "pending"]);
const watching = 3_000;

/** Every question of these pages, with its place in the cache. */
export const paymentQueries = {
  orders: () =>
    infiniteQueryOptions({
      queryKey: ["payments", "orders"],
      initialPageParam: null as string | null,
      queryFn: ({ pageParam, signal }) => askToPay("listPaymentOrderViews", { query: pageParam === null ? {} : { before: pageParam } }, signal),
      getNextPageParam: ({ paymentOrders }) => (paymentOrders.length < 50 ? null : (paymentOrders.at(-1)?.paymentOrderId ?? null)),
    }),
  order: (paymentOrderId: string) =>
    queryOptions({
      queryKey: ["payments", "order", paymentOrderId],
      queryFn: ({ signal }) => askToPay("getPaymentOrderView", { params: { paymentOrderId } }, signal),
      refetchInterval: (query) => (query.state.data !== undefined && moving.has(query.state.data.status) ? watching : false),
    }),
  choices: () => queryOptions({ queryKey: ["payments", "choices"], queryFn: ({ signal }) => askToPay("listPaymentChoices", {}, signal), staleTime: 30_000 }),
};
