import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import { signReceipts } from "../usecases/sign-receipts.ts";

const everyMs = 2_000;

/** Has receipts signed by the gateway, which holds the key. */
export function startReceiptSigner(ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway" | "publicOrigin">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "receipt-signer" });
  return startTimer({
    name: "receipt-signer",
    everyMs,
    logger: log,
    run: async (signal) => {
      const { signed, error } = await signReceipts(ctx, signal);
      if (signed > 0) log.info({ signed }, "receipts were signed");
      if (error !== undefined) log.warn({ err: error }, "a receipt is signed later");
    },
  });
}
