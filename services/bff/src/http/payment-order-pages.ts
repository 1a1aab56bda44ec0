import type { PaymentOrder } from "@opl/contracts/model";
import { isOplError } from "@opl/errors";
import type { BffContext } from "../context.ts";
import { wholeOf } from "./parts.ts";
import type { Asking } from "./parts.ts";

interface Place {
  /** The order, or the instant, that the page comes after; from the newest on without it. */
  readonly before?: string | undefined;
  readonly limit?: number;
}

/**
 * One page of a person's payment orders, newest first. For one release: a consent service of before knows places by their instants alone and
 * refuses the id of an order, so it is asked by the instant of that order.
 * @throws ERR_PAYMENT_ORDER_NOT_FOUND where there is no such order
 */
export async function listOrders(
  { clients: { consent } }: Pick<BffContext, "clients">,
  asking: Asking,
  { before, ...size }: Place,
): Promise<readonly PaymentOrder[]> {
  const page = async (place: { readonly before?: string }): Promise<readonly PaymentOrder[]> =>
    (await consent.listPaymentOrders({ ...wholeOf(asking), query: { ...size, ...place } })).paymentOrders;
  if (before === undefined) return page({});
  try {
    return await page({ before });
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_REQUEST_INVALID") throw error;
    const { createdAt } = await consent.getPaymentOrder({ ...wholeOf(asking), params: { paymentOrderId: before } });
    return page({ before: createdAt });
  }
}
