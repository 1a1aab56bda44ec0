import * as contracts from "@opl/contracts/http/bank-gateway-payments";
import { psuRoute, route } from "@opl/service";
import { authorisePaymentOrder } from "../usecases/authorise-payment-order.ts";
import { confirmFunds, exchangeFundsCode } from "../usecases/confirm-funds.ts";
import type { GatewayContext } from "../usecases/context.ts";
import { errors } from "../errors.ts";
import { createAspspConsent } from "../usecases/create-aspsp-consent.ts";
import { exchangeCode } from "../usecases/exchange-code.ts";
import { readExecution, submitExecution } from "../usecases/execute-payment.ts";
import { forgetPaymentOrder } from "../usecases/forget-payment-order.ts";
import { initiatePayment } from "../usecases/initiate-payment.ts";
import { readPaymentOrder } from "../usecases/read-payment-order.ts";
import { revokeAspspConsent } from "../usecases/revoke-aspsp-consent.ts";
import { revokePayments } from "../usecases/revoke-payments.ts";

/** Payment orders at banks, and whether there are funds for one. */
export function paymentRoutes(ctx: GatewayContext) {
  return [
    psuRoute(contracts.initiatePayment, ({ params, body, psu }) => initiatePayment(ctx, { ...params, ...body }, psu)),
    psuRoute(contracts.authorisePaymentOrder, ({ params, body, psu }) => authorisePaymentOrder(ctx, { ...params, ...body }, psu)),
    psuRoute(contracts.exchangePaymentCode, async ({ params, body, psu }) => {
      const { authorisedAt } = await exchangeCode(ctx, params.orderId, body.aspspId, body, psu);
      return { authorisedAt: authorisedAt.toString() };
    }),
    route(contracts.readPaymentOrder, async ({ params, psu, signal }) => ({
      ...(await readPaymentOrder(ctx, { ...params, psu, signal })),
      readAt: ctx.clock.now().toString(),
    })),
    // Whoever asked may have gone: what is being executed is seen through.
    route(contracts.submitExecution, ({ params, psu }) => submitExecution(ctx, { ...params, psu })),
    route(contracts.readExecution, ({ params, psu, signal }) => readExecution(ctx, { ...params, psu, signal })),
    route(contracts.revokePayments, ({ params, body, psu }) => revokePayments(ctx, { ...params, ...body, psu })),
    route(contracts.forgetPaymentOrder, ({ params }) => forgetPaymentOrder(ctx, params.orderId)),

    psuRoute(contracts.createFundsConsent, async ({ params, body, psu }) => {
      const input = { ...body, kind: "funds", consentId: params.fundsConsentId, validUntil: Temporal.Instant.from(body.validUntil) } as const;
      const { redirectUrl, expiresAt, validUntil, authorizationServer } = await createAspspConsent(ctx, input, psu);
      // Funds are approved on the bank's page, never in its app.
      if (redirectUrl === null) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      return { redirectUrl, expiresAt: expiresAt.toString(), validUntil: validUntil.toString(), authorizationServer };
    }),
    psuRoute(contracts.exchangeFundsCode, async ({ params, body, psu }) => {
      const { authorisedAt, validUntil, iban } = await exchangeFundsCode(ctx, params.fundsConsentId, body.aspspId, body, psu);
      return { authorisedAt: authorisedAt.toString(), validUntil: validUntil.toString(), iban };
    }),
    route(contracts.confirmFunds, ({ params, body, psu, signal }) => confirmFunds(ctx, { consentId: params.fundsConsentId, psu, signal }, body.amount)),
    route(contracts.revokeFundsConsent, async ({ params, psu }) => {
      const { aspspTold } = await revokeAspspConsent(ctx, params.fundsConsentId, undefined, psu ?? "unattended");
      return { aspspTold };
    }),
  ];
}
