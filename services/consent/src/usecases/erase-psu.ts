import { inTransaction } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import { lockAttemptsOf } from "../db/authorisation-store.ts";
import { eraseConsents, listConsentKeys } from "../db/consent-store.ts";
import { lockPsu, recordErasure } from "../db/erasure-store.ts";
import { requestFarewell } from "../db/farewell-store.ts";
import { eraseFundsConsents, lockFundsOfPsu } from "../db/funds-store.ts";
import { eraseOrders, listOrderKeys, lockOrder } from "../db/payment-store.ts";
import type { PaymentOrderKey } from "../db/payment-store.ts";
import { requestRevocation } from "../db/revocation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { isSettled } from "../domain/payment-order.ts";
import { applyCommand } from "./apply-command.ts";
import { applyToFunds } from "./apply-to-funds.ts";

/** What was not given for execution never will be; what was goes its way at the bank, unseen by us. */
async function leaveOrder(tx: Transaction<ConsentTables>, key: PaymentOrderKey, at: Temporal.Instant): Promise<void> {
  const order = await lockOrder(tx, key);
  if (order === undefined || order.givenAt === null || order.payments.every(isSettled)) return;
  await requestFarewell(tx, { psuId: key.psuId, about: "payment", aboutId: key.paymentOrderId }, true, at);
}

/**
 * The right to erasure: ends every consent that still runs, tells everyone, and forgets the person, what was paid included. What remains is a
 * tombstone, so that nothing under way brings them back, and the orders to the gateway until they are carried out.
 */
export async function erasePsu(ctx: Pick<ConsentContext, "clock"> & { readonly db: Executor<ConsentTables> }, psuId: string): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const at = ctx.clock.now();
    await lockPsu(tx, psuId);
    await lockAttemptsOf(tx, psuId);
    for (const key of await listConsentKeys(tx, psuId)) {
      const applied = await applyCommand(tx, key, { type: "revoke", at, by: "tpp", keepData: false });
      if (applied.kind === "changed") await requestRevocation(tx, { ...key, aspspId: applied.consent.aspspId }, at);
    }
    for (const key of await listOrderKeys(tx, psuId)) await leaveOrder(tx, key, at);
    for (const consent of await lockFundsOfPsu(tx, psuId)) await applyToFunds(tx, consent, { type: "revoke", at, by: "tpp" });
    await eraseConsents(tx, psuId);
    await eraseOrders(tx, psuId);
    await eraseFundsConsents(tx, psuId);
    await recordErasure(tx, psuId, at);
  });
}
