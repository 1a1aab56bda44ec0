import { inTransaction } from "@opl/postgres";
import { markEnded } from "../db/consent-store.ts";
import { endOrder } from "../db/payment-store.ts";
import { takeTokenSet } from "../db/token-store.ts";
import type { GatewayContext } from "./context.ts";

/** The order is over: its tokens go, and nothing more is done or kept under it. The bank knows already. */
export async function forgetPaymentOrder({ db, clock }: Pick<GatewayContext, "db" | "clock">, orderId: string): Promise<void> {
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    await endOrder(tx, orderId, now);
    await markEnded(tx, orderId, { status: "ended", reason: "order-over" }, now);
    await takeTokenSet(tx, orderId);
  });
}
