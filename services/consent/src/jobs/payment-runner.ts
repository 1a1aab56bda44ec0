import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import { advanceOrder } from "../usecases/advance-order.ts";
import { bidFarewell } from "../usecases/bid-farewell.ts";
import { executePayment } from "../usecases/execute-payment.ts";

const everyMs = 1_000;

/** Takes payments on, one step at a time: what was approved is read, what is due is executed, what is over is forgotten at the gateway. */
export function startPaymentRunner(ctx: Pick<ConsentContext, "db" | "clock" | "newId" | "bankGateway">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "payment-runner" });
  return startTimer({
    name: "payment-runner",
    everyMs,
    logger: log,
    run: async (signal) => {
      for (const step of [advanceOrder, executePayment, bidFarewell]) {
        while (!signal.aborted) {
          const { kind, ...about } = await step(ctx);
          if (kind === "nothing") break;
          if (kind === "later") log.warn({ ...about, step: step.name }, "a payment is taken on later");
        }
      }
    },
  });
}
