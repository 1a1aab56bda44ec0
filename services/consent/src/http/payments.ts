import * as contracts from "@opl/contracts/http/consent-payments";
import { uuid } from "@opl/contracts/model";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import * as funds from "../db/funds-store.ts";
import * as orders from "../db/payment-store.ts";
import * as receipts from "../db/receipt-store.ts";
import { errors } from "../errors.ts";
import { cancelPayments } from "../usecases/cancel-payments.ts";
import { confirmFunds, createFundsConsent, revokeFundsConsent } from "../usecases/funds-consents.ts";
import { putPaymentOrder } from "../usecases/put-payment-order.ts";
import { startPaymentAuthorisation } from "../usecases/start-payment-authorisation.ts";
import { viewFundsConsent, viewOrder } from "./payment-view.ts";

export function paymentRoutes(ctx: ConsentContext): readonly BoundRoute[] {
  return [
    psuRoute(contracts.putPaymentOrder, async ({ psu, params, body }) => viewOrder(await putPaymentOrder(ctx, { psu, ...params, ...body }))),
    psuRoute(contracts.startPaymentAuthorisation, async ({ psu, params, body }) => {
      const { redirectUrl, expiresAt } = await startPaymentAuthorisation(ctx, { psu, ...params, ...body });
      return { redirectUrl, expiresAt: expiresAt.toString() };
    }),
    psuRoute(contracts.listPaymentOrders, async ({ psu, query: { before, limit } }) => {
      const behind = before === undefined ? undefined : await placeOf(ctx, psu.psuId, before);
      const found = await orders.listOrders(ctx.db, psu.psuId, { behind, limit });
      return { paymentOrders: found.map(viewOrder) };
    }),
    psuRoute(contracts.getPaymentOrder, async ({ psu, params }) => {
      const found = await orders.getOrder(ctx.db, { psuId: psu.psuId, ...params });
      if (found === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
      return viewOrder(found);
    }),
    psuRoute(contracts.cancelPayments, async ({ psu, params, body, log }) => {
      const { later, ...cancelled } = await cancelPayments(ctx, { psu, ...params, ...body });
      if (later !== null) log.warn({ paymentOrderId: params.paymentOrderId, code: later.code }, "the bank is asked later to let go of a payment order");
      return viewOrder(cancelled);
    }),
    psuRoute(contracts.createFundsConsentOrder, async ({ psu, body }) => {
      const { expiresAt, ...created } = await createFundsConsent(ctx, { psu, ...body });
      return { ...created, expiresAt: expiresAt.toString() };
    }),
    psuRoute(contracts.listFundsConsents, async ({ psu }) => ({ fundsConsents: (await funds.listFundsConsents(ctx.db, psu.psuId)).map(viewFundsConsent) })),
    psuRoute(contracts.listFundsReceipts, async ({ psu: { psuId }, params: { fundsConsentId } }) => {
      if ((await funds.getFundsConsent(ctx.db, { psuId, fundsConsentId })) === undefined) throw errors.ERR_FUNDS_CONSENT_NOT_FOUND();
      return { receipts: [...(await receipts.listReceipts(ctx.db, { about: "funds", psuId, consentId: fundsConsentId }))] };
    }),
    psuRoute(contracts.confirmFundsNow, async ({ psu, params, body }) => {
      const { fundsAvailable, confirmedAt } = await confirmFunds(ctx, { psu, ...params, ...body });
      return { fundsAvailable, confirmedAt: confirmedAt.toString() };
    }),
    psuRoute(contracts.revokeFundsConsentOrder, async ({ psu, params }) => viewFundsConsent(await revokeFundsConsent(ctx, { psu, ...params }))),
  ];
}

/** By the id of an order, or by an instant: of that one no order comes behind it, as no id is lower than this. */
async function placeOf({ db }: Pick<ConsentContext, "db">, psuId: string, before: string): Promise<orders.PlaceOfOrder> {
  if (!uuid.safeParse(before).success) return { createdAt: Temporal.Instant.from(before), paymentOrderId: "00000000-0000-0000-0000-000000000000" };
  const place = await orders.placeOfOrder(db, { psuId, paymentOrderId: before });
  if (place === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
  return place;
}
