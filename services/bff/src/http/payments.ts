import * as contracts from "@opl/contracts/http/bff-payments";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { PaymentOrder } from "@opl/contracts/model";
import type { BffContext } from "../context.ts";
import { errors } from "../errors.ts";
import { signedInOf } from "../session/visitor.ts";
import { fundsViews } from "../views/funds.ts";
import { paymentOrderView } from "../views/payment.ts";
import { mayPayFrom, paymentChoices } from "../views/payment-choices.ts";
import { orMissing, partOf, wholeOf } from "./parts.ts";
import type { Asking } from "./parts.ts";
import { listOrders } from "./payment-order-pages.ts";
import { withKeys } from "./receipt-keys.ts";

type Context = Pick<BffContext, "bankDirectory" | "clients" | "clock" | "keys" | "timeZone">;

/** How many earlier orders are searched for payees. */
const ordersForPayees = 100;
/** Half a year, as long as other permissions. */
const fundsValidityDays = 180;

export function paymentRoutes(ctx: Context): readonly BoundRoute[] {
  const { bankDirectory, clients, clock, keys, timeZone } = ctx;
  const viewOf = async (asking: Asking, order: PaymentOrder) => paymentOrderView(order, await askParts(ctx, asking));
  return [
    psuRoute(contracts.putPaymentOrderView, async ({ params, body, ...asking }) => {
      const { aspspId, debtorAccountId, payments } = body;
      const debtorIban = await ibanOf(ctx, asking, { aspspId, accountId: debtorAccountId });
      return viewOf(asking, await clients.consent.putPaymentOrder({ ...wholeOf(asking), params, body: { aspspId, debtorIban, payments } }));
    }),
    psuRoute(contracts.approvePaymentOrder, async ({ params, request, ...asking }) =>
      clients.consent.startPaymentAuthorisation({
        ...wholeOf(asking),
        params,
        body: { sessionBinding: keys.sessionBinding(signedInOf(request).sessionId) },
      }),
    ),
    psuRoute(contracts.listPaymentOrderViews, async ({ query, ...asking }) => {
      const [paymentOrders, parts] = await Promise.all([listOrders(ctx, asking, query), askParts(ctx, asking)]);
      return { paymentOrders: paymentOrders.map((order) => paymentOrderView(order, parts)) };
    }),
    psuRoute(contracts.getPaymentOrderView, async ({ params, ...asking }) =>
      viewOf(asking, await clients.consent.getPaymentOrder({ ...wholeOf(asking), params })),
    ),
    psuRoute(contracts.cancelPaymentOrder, async ({ params, body, ...asking }) =>
      viewOf(asking, await clients.consent.cancelPayments({ ...wholeOf(asking), params, body })),
    ),
    psuRoute(contracts.listPaymentChoices, async (asking) => {
      const [{ accounts }, banks, { paymentOrders }] = await Promise.all([
        clients.ingest.listAccounts(wholeOf(asking)),
        bankDirectory.list(),
        clients.consent.listPaymentOrders({ ...wholeOf(asking), query: { limit: ordersForPayees } }),
      ]);
      return paymentChoices(accounts, banks, paymentOrders, clock.now().toZonedDateTimeISO(timeZone).toPlainDate());
    }),
    psuRoute(contracts.listFundsPermissions, async (asking) => {
      const [{ fundsConsents }, banks] = await Promise.all([
        clients.consent.listFundsConsents(wholeOf(asking)),
        orMissing(asking, "banks", bankDirectory.list()),
      ]);
      return { permissions: fundsViews(fundsConsents, banks, clock.now()) };
    }),
    psuRoute(contracts.getFundsReceipts, async ({ params, ...asking }) => {
      const { receipts } = await clients.consent.listFundsReceipts({ ...wholeOf(asking), params });
      return withKeys(clients, asking, receipts);
    }),
    psuRoute(contracts.startFundsPermission, async ({ body: { aspspId, accountId, renews }, request, ...asking }) => {
      const iban = await ibanOf(ctx, asking, { aspspId, accountId });
      const sessionBinding = keys.sessionBinding(signedInOf(request).sessionId);
      return clients.consent.createFundsConsentOrder({ ...wholeOf(asking), body: { aspspId, iban, validityDays: fundsValidityDays, sessionBinding, renews } });
    }),
    psuRoute(contracts.confirmFundsOf, async ({ params, body, ...asking }) => clients.consent.confirmFundsNow({ ...wholeOf(asking), params, body })),
    psuRoute(contracts.withdrawFundsPermission, async ({ params, ...asking }) => {
      await clients.consent.revokeFundsConsentOrder({ ...wholeOf(asking), params });
    }),
  ];
}

/** The number of the person's own account at this bank; null where it is to be chosen there. @throws ERR_PAYMENT_ACCOUNT_UNFIT, ERR_ACCOUNT_NOT_FOUND */
async function ibanOf(
  { clients }: Context,
  asking: Asking,
  { aspspId, accountId }: { readonly aspspId: string; readonly accountId: string | null },
): Promise<string | null> {
  if (accountId === null) return null;
  const account = await clients.ingest.getAccount({ ...wholeOf(asking), params: { accountId } });
  if (account.aspspId !== aspspId || !mayPayFrom(account)) throw errors.ERR_PAYMENT_ACCOUNT_UNFIT();
  return account.iban;
}

async function askParts({ bankDirectory, clients }: Context, asking: Asking) {
  const [accounts, banks] = await Promise.all([
    orMissing(asking, "accounts", clients.ingest.listAccounts(partOf(asking))),
    orMissing(asking, "banks", bankDirectory.list()),
  ]);
  return { accounts: accounts?.accounts, banks };
}
