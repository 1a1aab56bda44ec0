import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import type { ConsentKey } from "../db/consent-store.ts";
import { finishRevocation, postponeRevocation, takeRevocation } from "../db/revocation-store.ts";

export type Told =
  /** Nothing was due, or another process is at it. */
  | { readonly kind: "nothing" }
  | { readonly kind: "told"; readonly consentId: string }
  | { readonly kind: "later"; readonly consentId: string; readonly error: OplError };

/** Longer than the call's own time limit: only a process that died leaves its order to the next one. */
const leaseSeconds = 60;
const firstPauseSeconds = 5;
const longestPauseSeconds = 3600;

/**
 * Carries out one order to forget a consent's tokens and tell the bank, outside of any transaction. The gateway answers
 * the same when asked again; from its answer on, telling the bank is its own task.
 */
export async function tellAspsp(
  ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">,
  { key, psu }: { key?: ConsentKey; psu?: PsuContext } = {},
): Promise<Told> {
  const now = ctx.clock.now();
  const order = await takeRevocation(ctx.db, { now, leaseUntil: now.add({ seconds: leaseSeconds }), ...(key === undefined ? {} : { key }) });
  if (order === undefined) return { kind: "nothing" };
  const { consentId, aspspId } = order;
  try {
    await ctx.bankGateway.revokeAspspConsent({ params: { consentId }, body: { aspspId }, ...(psu === undefined ? {} : { psu }) });
  } catch (cause) {
    const error = toOplError(cause);
    if (error.kind !== "not-found") {
      const pause = Math.min(firstPauseSeconds * 2 ** Math.min(order.tries, 20), longestPauseSeconds);
      await postponeRevocation(ctx.db, order, ctx.clock.now().add({ seconds: pause }));
      return { kind: "later", consentId, error };
    }
  }
  await finishRevocation(ctx.db, order);
  return { kind: "told", consentId };
}
