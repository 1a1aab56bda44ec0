import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { finishFarewell, postponeFarewell, takeFarewell } from "../db/farewell-store.ts";
import type { Farewell, FarewellKey } from "../db/farewell-store.ts";
import { revokeAtAspsp } from "./let-go-of-order.ts";

export type Farewelled =
  | { readonly kind: "nothing" }
  | { readonly kind: "done"; readonly aboutId: string }
  | { readonly kind: "later"; readonly aboutId: string; readonly error: OplError };

/** Longer than the calls' own time limits together. */
const leaseSeconds = 90;

/** Has the gateway forget what is over: one order's tokens, or a permission to ask for funds. Asked again for as long as it takes. */
export async function bidFarewell(
  ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">,
  { key, psu }: { readonly key?: FarewellKey; readonly psu?: PsuContext } = {},
): Promise<Farewelled> {
  const now = ctx.clock.now();
  const farewell = await takeFarewell(ctx.db, { now, leaseUntil: now.add({ seconds: leaseSeconds }), ...(key === undefined ? {} : { key }) });
  if (farewell === undefined) return { kind: "nothing" };
  const { aboutId } = farewell;
  try {
    await tellGateway(ctx, farewell, psu);
  } catch (cause) {
    const error = toOplError(cause);
    if (error.kind !== "not-found") {
      await postponeFarewell(ctx.db, farewell, ctx.clock.now());
      return { kind: "later", aboutId, error };
    }
  }
  await finishFarewell(ctx.db, farewell);
  return { kind: "done", aboutId };
}

async function tellGateway(
  { bankGateway }: Pick<ConsentContext, "bankGateway">,
  { about, aboutId, takeBack }: Farewell,
  psu: PsuContext | undefined,
): Promise<void> {
  if (about === "funds") {
    await bankGateway.revokeFundsConsent({ params: { fundsConsentId: aboutId }, psu });
    return;
  }
  if (takeBack) await revokeAtAspsp({ bankGateway }, { orderId: aboutId, paymentId: null, psu });
  await bankGateway.forgetPaymentOrder({ params: { orderId: aboutId } });
}
