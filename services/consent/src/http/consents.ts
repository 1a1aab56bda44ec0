import { consentOverview, createConsent, getConsent, listConsents, listReceipts, reconfirmConsent, revokeConsent } from "@opl/contracts/http/consent";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import * as consents from "../db/consent-store.ts";
import * as funds from "../db/funds-store.ts";
import * as orders from "../db/payment-store.ts";
import * as receipts from "../db/receipt-store.ts";
import { errors } from "../errors.ts";
import * as create from "../usecases/create-consent.ts";
import * as reconfirm from "../usecases/reconfirm-consent.ts";
import * as revoke from "../usecases/revoke-consent.ts";
import { viewConsent } from "./consent-view.ts";
import { viewFundsConsent, viewOrder } from "./payment-view.ts";

/** What became of a payment is told on the first screen for so long, however long ago it was ordered. */
const toldDays = 30;
/** What goes on beyond that is on the page of payments. */
const mostOrders = 200;

export function consentRoutes(ctx: ConsentContext): readonly BoundRoute[] {
  return [
    psuRoute(createConsent, async ({ psu, body }) => {
      const created = await create.createConsent(ctx, { ...body, psu });
      return { ...created, expiresAt: created.expiresAt.toString() };
    }),
    psuRoute(listConsents, async ({ psu }) => ({ consents: (await consents.listConsents(ctx.db, psu.psuId)).map(viewConsent) })),
    psuRoute(consentOverview, async ({ psu, query }) => {
      const { psuId } = psu;
      const [allowed, ordered, askable] = await Promise.all([
        consents.listConsents(ctx.db, psuId),
        orders.listOrdersToWatch(ctx.db, psuId, { newest: query.orders, since: ctx.clock.now().subtract({ hours: toldDays * 24 }), limit: mostOrders }),
        funds.listFundsConsents(ctx.db, psuId),
      ]);
      return { consents: allowed.map(viewConsent), paymentOrders: ordered.map(viewOrder), fundsConsents: askable.map(viewFundsConsent) };
    }),
    psuRoute(getConsent, async ({ psu, params }) => {
      const found = await consents.getConsent(ctx.db, { psuId: psu.psuId, consentId: params.consentId });
      if (found === undefined) throw errors.ERR_CONSENT_NOT_FOUND();
      return viewConsent(found);
    }),
    psuRoute(revokeConsent, async ({ psu, params, body, log }) => {
      const { told, ...ended } = await revoke.revokeConsent(ctx, { psu, consentId: params.consentId, keepData: body.keepData });
      if (told.kind === "later") log.warn({ consentId: told.consentId, code: told.error.code }, "the gateway is told of the withdrawal later");
      return viewConsent(ended);
    }),
    psuRoute(listReceipts, async ({ psu, params }) => {
      const key = { psuId: psu.psuId, consentId: params.consentId };
      if ((await consents.getConsent(ctx.db, key)) === undefined) throw errors.ERR_CONSENT_NOT_FOUND();
      return { receipts: [...(await receipts.listReceipts(ctx.db, { about: "consent", ...key }))] };
    }),
    psuRoute(reconfirmConsent, async ({ psu, params }) => viewConsent(await reconfirm.reconfirmConsent(ctx, { psu, consentId: params.consentId }))),
  ];
}
