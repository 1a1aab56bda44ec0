import * as analytics from "@opl/contracts/http/analytics";
import { bankGatewayRoutes } from "@opl/contracts/http/bank-gateway";
import * as consent from "@opl/contracts/http/consent";
import * as payments from "@opl/contracts/http/consent-payments";
import * as ingest from "@opl/contracts/http/ingest";
import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import type { RouteContract } from "@opl/contracts/http";
import type { Aspsp, OwnCertificate, ListedReceipt, PublicJwk, Registration } from "@opl/contracts/model";
import { defineErrors } from "@opl/errors";
import { createHttpServer, newId, psuRoute, route } from "@opl/service";
import type { BoundRoute, PsuContext } from "@opl/service";
import { silentLogger } from "@opl/testkit";
import type { TestTokens } from "@opl/testkit";
import { aCertificate, aQuarantine, aRegistration, anOwnCertificate, desiredState, driftAt } from "./registry-world.ts";
import { aPaymentOrder, bank } from "./world.ts";
import type { Holdings } from "./world.ts";

const errors = defineErrors({
  ERR_CONSENT_NOT_FOUND: ["not-found", "There is no such consent."],
  ERR_PAYMENT_ORDER_NOT_FOUND: ["not-found", "There is no such payment order."],
  ERR_PAYMENT_NOT_FOUND: ["not-found", "There is no such payment in this order."],
  ERR_PAYMENT_ORDER_DIFFERENT: ["conflict", "There is an order with this id and other content."],
  ERR_FUNDS_CONSENT_NOT_FOUND: ["not-found", "There is no such permission to ask for funds."],
  ERR_ACCOUNT_NOT_FOUND: ["not-found", "There is no such account."],
  ERR_TRANSACTION_NOT_FOUND: ["not-found", "There is no such transaction."],
  ERR_RECURRING_NOT_FOUND: ["not-found", "There is no such recurring payment."],
  ERR_RULE_NOT_FOUND: ["not-found", "There is no such rule."],
  ERR_RAW_MESSAGE_NOT_FOUND: ["not-found", "There is no such message."],
  ERR_REGISTRATION_NOT_FOUND: ["not-found", "There is no such registration."],
  ERR_CERTIFICATE_NOT_FOUND: ["not-found", "There is no such certificate."],
  ERR_REDIRECT_REFUSED: ["forbidden", "This return belongs to another session."],
  ERR_DOWN: ["unavailable", "Down."],
  ERR_REQUEST_INVALID: ["invalid", "The request does not have the agreed form."],
  ERR_ROUTE_NOT_FOUND: ["not-found", "There is no such address."],
});

type Name = "consent" | "ingest" | "analytics" | "bank-gateway" | "tpp-registry";

/** Stand-ins for the services behind bff: the same contracts over HTTP, the same tokens, and like them 404 for what is another's. */
export interface Downstream extends AsyncDisposable {
  readonly urls: Readonly<Record<Name, string>>;
  /** What each person has. */
  readonly holdings: Map<string, Holdings>;
  /** The banks there are, and how they are. */
  readonly banks: Aspsp[];
  /** Our public keys. */
  readonly keys: PublicJwk[];
  /** Receipts by consent. */
  readonly receipts: Map<string, readonly ListedReceipt[]>;
  /** Our registrations at banks, which are nobody's in particular. */
  readonly registrations: Registration[];
  readonly ownCertificates: OwnCertificate[];
  /** Services that answer 503. */
  readonly down: Set<Name>;
  /** Operations that the services do not know yet. */
  readonly unknown: Set<string>;
  /** Operations that are still what they were a release ago. */
  readonly former: Set<string>;
  /** Every question with the presence it came with. */
  readonly asked: {
    readonly operation: string;
    readonly method: RouteContract["method"];
    readonly psu: PsuContext | undefined;
    readonly body: unknown;
    readonly query: unknown;
  }[];
  /** Session bindings by consent, as the consent service keeps them. */
  readonly bindings: Map<string, string>;
}

export async function startDownstream(tokens: TestTokens): Promise<Downstream> {
  await using parts = new AsyncDisposableStack();
  const world = {
    holdings: new Map<string, Holdings>(),
    banks: [bank],
    keys: [] as PublicJwk[],
    receipts: new Map<string, readonly ListedReceipt[]>(),
    registrations: [aRegistration()],
    ownCertificates: [anOwnCertificate()],
    down: new Set<Name>(),
    unknown: new Set<string>(),
    former: new Set<string>(),
    asked: [] as Downstream["asked"],
    bindings: new Map<string, string>(),
  };
  const mine = (psu: PsuContext): Holdings | undefined => world.holdings.get(psu.psuId);

  const serve = async (name: Name, bound: readonly BoundRoute[]): Promise<string> => {
    const watched = bound.map(({ contract, handler }): BoundRoute => ({
      contract,
      handler: (context) => {
        const { psu, body, query } = context as { psu?: PsuContext; body: unknown; query: unknown };
        world.asked.push({ operation: contract.operationId, method: contract.method, psu, body, query });
        if (world.down.has(name)) throw errors.ERR_DOWN();
        if (world.unknown.has(contract.operationId)) throw errors.ERR_ROUTE_NOT_FOUND();
        return handler(context);
      },
    }));
    const server = parts.use(
      await createHttpServer({ name, logger: silentLogger(), routes: watched, tokens: tokens.for(name), health: { ready: () => Promise.resolve({}) } }),
    );
    return server.listen({ host: "127.0.0.1", port: 0 });
  };

  const ownConsent = (psu: PsuContext, consentId: string): Holdings => {
    const found = mine(psu);
    if (found?.consent.consentId !== consentId) throw errors.ERR_CONSENT_NOT_FOUND();
    return found;
  };
  const ownTransaction = (psu: PsuContext, transactionId: string) => {
    const found = mine(psu)?.transactions.find((transaction) => transaction.transactionId === transactionId);
    if (found === undefined) throw errors.ERR_TRANSACTION_NOT_FOUND();
    return found;
  };
  const ownOrder = (psu: PsuContext, paymentOrderId: string) => {
    const found = [mine(psu)?.paymentOrder ?? [], mine(psu)?.earlierOrders ?? []].flat().find((order) => order.paymentOrderId === paymentOrderId);
    if (found === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
    return found;
  };
  const requireOwnFunds = (psu: PsuContext, fundsConsentId: string): void => {
    if (mine(psu)?.fundsConsentId !== fundsConsentId) throw errors.ERR_FUNDS_CONSENT_NOT_FOUND();
  };
  const filtered = (psu: PsuContext, query: { accountId?: string | string[] | undefined; recurringId?: string | undefined }) => {
    const own = mine(psu);
    const wanted = query.accountId === undefined ? undefined : [query.accountId].flat();
    if (wanted?.some((id) => own?.accounts.every(({ accountId }) => accountId !== id) !== false)) throw errors.ERR_ACCOUNT_NOT_FOUND();
    if (query.recurringId !== undefined && query.recurringId !== own?.recurringId) throw errors.ERR_RECURRING_NOT_FOUND();
    return (own?.transactions ?? [])
      .filter(({ accountId }) => wanted === undefined || wanted.includes(accountId))
      .filter(({ recurringId }) => query.recurringId === undefined || recurringId === query.recurringId);
  };
  const registrationOf = (registrationId: string): Registration => {
    const found = world.registrations.find((one) => one.registrationId === registrationId);
    if (found === undefined) throw errors.ERR_REGISTRATION_NOT_FOUND();
    return found;
  };
  const ownCertificateOf = (certificateId: string): OwnCertificate => {
    const found = world.ownCertificates.find((one) => one.certificateId === certificateId);
    if (found === undefined) throw errors.ERR_CERTIFICATE_NOT_FOUND();
    return found;
  };

  const urls = {
    consent: await serve("consent", [
      psuRoute(consent.createConsent, async ({ psu, body }) => {
        if (body.replaces !== undefined) ownConsent(psu, body.replaces);
        const consentId = newId();
        world.bindings.set(consentId, body.sessionBinding);
        return { consentId, redirectUrl: `https://bank.example/authorize?request=${consentId}`, expiresAt: "2026-11-22T11:00:00Z" };
      }),
      psuRoute(consent.completeAuthorisation, async ({ body }) => {
        const state = body.parameters.find(({ name }) => name === "state")?.value ?? "";
        if (world.bindings.get(state) !== body.sessionBinding) throw errors.ERR_REDIRECT_REFUSED();
        world.bindings.delete(state);
        return {
          outcome: "authorised" as const,
          about: { kind: "consent" as const, consentId: state },
          aspspId: body.redirectContext,
          validUntil: "2027-05-19T08:00:00Z",
        };
      }),
      psuRoute(consent.listConsents, async ({ psu }) => ({ consents: [mine(psu)?.consent ?? []].flat() })),
      psuRoute(consent.consentOverview, async ({ psu }) => ({
        consents: [mine(psu)?.consent ?? []].flat(),
        paymentOrders: [mine(psu)?.paymentOrder ?? []].flat(),
        fundsConsents: [fundsOf(mine(psu)) ?? []].flat(),
      })),
      psuRoute(consent.getConsent, async ({ psu, params }) => ownConsent(psu, params.consentId).consent),
      psuRoute(payments.putPaymentOrder, async ({ psu, params, body }) => {
        const ids = body.payments.map(({ paymentId }) => paymentId);
        for (const [psuId, { paymentOrder }] of world.holdings) {
          if (psuId === psu.psuId && paymentOrder.paymentOrderId === params.paymentOrderId) return paymentOrder;
          if (paymentOrder.paymentOrderId === params.paymentOrderId || ids.includes(paymentOrder.payments[0]?.paymentId ?? ""))
            throw errors.ERR_PAYMENT_ORDER_DIFFERENT();
        }
        return aPaymentOrder({ psuId: psu.psuId, ...params });
      }),
      psuRoute(payments.startPaymentAuthorisation, async ({ psu, params }) => {
        ownOrder(psu, params.paymentOrderId);
        return { redirectUrl: `https://bank.example/authorize?request=${params.paymentOrderId}`, expiresAt: "2026-11-22T11:00:00Z" };
      }),
      psuRoute(payments.listPaymentOrders, async ({ psu, query: { before, limit } }) => {
        const orders = [mine(psu)?.paymentOrder ?? [], mine(psu)?.earlierOrders ?? []].flat();
        if (before?.includes("T") === true) return { paymentOrders: orders.filter(({ createdAt }) => createdAt < before).slice(0, limit) };
        if (before !== undefined && world.former.has("listPaymentOrders")) throw errors.ERR_REQUEST_INVALID();
        const from = before === undefined ? 0 : orders.findIndex(({ paymentOrderId }) => paymentOrderId === before) + 1;
        if (before !== undefined && from === 0) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
        return { paymentOrders: orders.slice(from, from + limit) };
      }),
      psuRoute(payments.getPaymentOrder, async ({ psu, params }) => ownOrder(psu, params.paymentOrderId)),
      psuRoute(payments.cancelPayments, async ({ psu, params, body }) => {
        const order = ownOrder(psu, params.paymentOrderId);
        if (body.paymentId !== null && order.payments.every(({ paymentId }) => paymentId !== body.paymentId)) throw errors.ERR_PAYMENT_NOT_FOUND();
        return { ...order, status: "cancelled" as const };
      }),
      psuRoute(payments.createFundsConsentOrder, async ({ psu, body: { renews } }) => {
        if (renews !== undefined) requireOwnFunds(psu, renews);
        return { fundsConsentId: newId(), redirectUrl: "https://bank.example/authorize?request=funds", expiresAt: "2026-11-22T11:00:00Z" };
      }),
      psuRoute(payments.listFundsConsents, async ({ psu }) => ({ fundsConsents: [fundsOf(mine(psu)) ?? []].flat() })),
      psuRoute(payments.listFundsReceipts, async ({ psu, params: { fundsConsentId } }) => {
        requireOwnFunds(psu, fundsConsentId);
        return { receipts: [...(world.receipts.get(fundsConsentId) ?? [])] };
      }),
      psuRoute(payments.confirmFundsNow, async ({ psu, params }) => {
        requireOwnFunds(psu, params.fundsConsentId);
        return { fundsAvailable: true, confirmedAt: "2026-11-22T10:00:00Z" };
      }),
      psuRoute(payments.revokeFundsConsentOrder, async ({ psu, params }) => {
        requireOwnFunds(psu, params.fundsConsentId);
        return { ...fundsOf(mine(psu))!, status: "revokedByPsu" as const };
      }),
      psuRoute(consent.revokeConsent, async ({ psu, params }) => ({ ...ownConsent(psu, params.consentId).consent, status: "terminatedByTpp" as const })),
      psuRoute(consent.reconfirmConsent, async ({ psu, params }) => ownConsent(psu, params.consentId).consent),
      psuRoute(consent.listReceipts, async ({ psu, params }) => {
        const { consentId } = ownConsent(psu, params.consentId).consent;
        return { receipts: [...(world.receipts.get(consentId) ?? [])] };
      }),
    ]),
    ingest: await serve("ingest", [
      psuRoute(ingest.listAccounts, async ({ psu }) => ({ accounts: [...(mine(psu)?.accounts ?? [])] })),
      psuRoute(ingest.getAccount, async ({ psu, params }) => {
        const found = mine(psu)?.accounts.find(({ accountId }) => accountId === params.accountId);
        if (found === undefined) throw errors.ERR_ACCOUNT_NOT_FOUND();
        return found;
      }),
      psuRoute(ingest.listTransactions, async ({ psu, query }) => ({ transactions: filtered(psu, query), nextCursor: null })),
      psuRoute(ingest.getTransaction, async ({ psu, params }) => ({
        transaction: ownTransaction(psu, params.transactionId),
        recordedAt: "2026-11-22T09:00:05Z",
        paymentOrderId: null,
        paymentId: null,
        revisions: [{ revision: 1, recordedAt: "2026-11-22T09:00:05Z", amount: ownTransaction(psu, params.transactionId).amount, bookingDate: "2026-11-21" }],
      })),
      psuRoute(ingest.startSync, async ({ psu, body }) => ownConsent(psu, body.consentId).sync),
      psuRoute(ingest.attendFirstSync, async () => undefined),
      psuRoute(ingest.listSyncs, async ({ psu }) => ({ syncs: [mine(psu)?.sync ?? []].flat() })),
    ]),
    analytics: await serve("analytics", [
      psuRoute(analytics.listCategorised, async ({ psu, query }) => ({
        transactions: filtered(psu, query),
        nextCursor: query.cursor === undefined ? "next-page" : null,
        days: [{ date: "2026-11-21", count: 1, sums: [euros("-12.50")] }],
        total: filtered(psu, query).length,
      })),
      psuRoute(analytics.getCategory, async ({ psu, params }) => {
        const { category, recurringId, note, split } = ownTransaction(psu, params.transactionId);
        return { category, recurringId, note, split };
      }),
      psuRoute(analytics.correctCategory, async ({ psu, params, body }) => {
        const { category, recurringId, note, split } = ownTransaction(psu, params.transactionId);
        return { category: { ...category, ...body, ruleId: "person.transaction", matched: null, confidence: "certain" as const }, recurringId, note, split };
      }),
      psuRoute(analytics.takeBackCorrection, async ({ psu, params }) => {
        const { category, recurringId, note, split } = ownTransaction(psu, params.transactionId);
        return { category, recurringId, note, split };
      }),
      psuRoute(analytics.putNote, async ({ psu, params, body }) => {
        const { category, recurringId, split } = ownTransaction(psu, params.transactionId);
        return { category, recurringId, note: body.note, split };
      }),
      psuRoute(analytics.previewCounterpartyRule, async ({ psu, params }) => {
        const { amount, counterparty } = ownTransaction(psu, params.transactionId);
        return { counterpartyName: counterparty.name, rule: rulesOf(mine(psu))[0] ?? null, transactions: 1, sums: [amount] };
      }),
      psuRoute(analytics.putCounterpartyRule, async ({ psu, params, body }) => {
        const { category, recurringId, note, split } = ownTransaction(psu, params.transactionId);
        const rule = rulesOf(mine(psu))[0];
        if (rule === undefined) throw errors.ERR_RULE_NOT_FOUND();
        return { category: { ...category, ...body, ruleId: "person.counterparty" }, recurringId, note, split, rule: { ...rule, ...body } };
      }),
      psuRoute(analytics.listCounterpartyRules, async ({ psu }) => ({ rules: rulesOf(mine(psu)) })),
      psuRoute(analytics.removeCounterpartyRule, async ({ psu, params }) => {
        if (mine(psu)?.counterpartyRuleId !== params.counterpartyRuleId) throw errors.ERR_RULE_NOT_FOUND();
      }),
      psuRoute(analytics.splitTransaction, async ({ psu, params, body }) => {
        const { category, recurringId, note } = ownTransaction(psu, params.transactionId);
        return { category, recurringId, note, split: { stands: true, ...body } };
      }),
      psuRoute(analytics.removeSplit, async ({ psu, params }) => {
        const { category, recurringId, note } = ownTransaction(psu, params.transactionId);
        return { category, recurringId, note, split: null };
      }),
      psuRoute(analytics.annotateTransactions, async ({ psu, body }) => {
        const before = body.annotations.map((each) => ({ ...each, own: ownTransaction(psu, each.transactionId) }));
        return {
          before: before.map(({ own, transactionId, category, note }) => ({
            transactionId,
            ...(category === undefined ? {} : { category: null }),
            ...(note === undefined ? {} : { note: own.note }),
          })),
          transactions: before.map(({ own: { category, recurringId, note }, ...said }) => ({
            transactionId: said.transactionId,
            category: { ...category, category: said.category ?? category.category, ruleId: "person.transaction" },
            recurringId,
            note: said.note === undefined ? note : said.note,
            split: null,
          })),
        };
      }),
      psuRoute(analytics.cashFlow, async () => ({
        currencies: [{ currency: "EUR", months: [{ month: "2026-11", income: euros("2500.00"), expenses: euros("-22.49"), net: euros("2477.51"), count: 3 }] }],
      })),
      psuRoute(analytics.spending, async () => ({
        currencies: [
          {
            currency: "EUR",
            total: euros("-22.49"),
            previousTotal: euros("-20.00"),
            categories: [{ category: "groceries" as const, amount: euros("-22.49"), previous: euros("-20.00"), count: 2 }],
          },
        ],
      })),
      psuRoute(analytics.firstScreen, async ({ psu, query }) => ({
        netWorth: [{ currency: "EUR", from: query.from, amounts: ["1234.56"] }],
        accounts: (mine(psu)?.accounts ?? []).map(({ accountId }) => ({ accountId, currency: "EUR", from: query.accountsFrom, amounts: ["1234.56"] })),
        month: [{ currency: "EUR", thisMonth: [{ day: 1, amount: euros("-12.50") }], lastMonth: [{ day: 1, amount: euros("-9.99") }] }],
        recurring: recurringOf(mine(psu), query.to),
        questions: questionsOf(mine(psu)),
        exceeded: mine(psu) === undefined ? [] : [{ category: "groceries" as const, month: "2026-11", limit: euros("20.00"), spent: euros("22.49") }],
      })),
      psuRoute(analytics.confirmCharges, async ({ psu, body }) => {
        for (const transactionId of body.transactionIds) ownTransaction(psu, transactionId);
      }),
      psuRoute(analytics.takeBackConfirmation, async ({ psu, query }) => {
        for (const transactionId of [query.transactionId].flat()) ownTransaction(psu, transactionId);
      }),
      psuRoute(analytics.listConfirmedCharges, async ({ psu }) => ({
        confirmed: (mine(psu)?.transactions ?? []).slice(1, 2).map(({ transactionId }) => ({ transactionId, confirmedAt: "2026-11-22T10:00:00Z" })),
      })),
      psuRoute(analytics.listRecurring, async ({ psu }) => ({ recurring: recurringOf(mine(psu), "2026-11-22") })),
      psuRoute(analytics.netWorth, async ({ psu, query }) => {
        filtered(psu, query);
        const days = [{ date: query.to, amount: euros("1234.56") }];
        return {
          currencies: [{ currency: "EUR", days }],
          accounts: (mine(psu)?.accounts ?? []).map(({ accountId }) => ({ accountId, currency: "EUR", days })),
        };
      }),
      psuRoute(analytics.listBudgets, async ({ psu }) => budgetsOf(mine(psu))),
      psuRoute(analytics.putBudget, async () => undefined),
      psuRoute(analytics.removeBudget, async () => undefined),
      psuRoute(analytics.forecast, async ({ psu }) => ({ currencies: [forecastOf(mine(psu))] })),
    ]),
    "bank-gateway": await serve("bank-gateway", [
      route(bankGatewayRoutes.listAspsps, async () => ({ aspsps: [...world.banks] })),
      route(bankGatewayRoutes.listOwnCertificates, async () => ({ certificates: [...world.ownCertificates], enrolment: false })),
      route(bankGatewayRoutes.requestCertificate, async ({ body }) => ({ ...anOwnCertificate(), purpose: body.purpose, keyType: body.keyType })),
      route(bankGatewayRoutes.importIssuedCertificate, async ({ params }) => ownCertificateOf(params.certificateId)),
      route(bankGatewayRoutes.importPkcs12, async ({ body }) => ({ ...anOwnCertificate(), purpose: body.purpose })),
      route(bankGatewayRoutes.retireCertificate, async ({ params }) => ({ ...ownCertificateOf(params.certificateId), status: "retired" as const })),
      route(bankGatewayRoutes.listQuarantines, async () => ({ authorizationServers: [aQuarantine()] })),
      route(bankGatewayRoutes.readAuthorizationServer, async () => aQuarantine()),
      route(bankGatewayRoutes.approveAuthorizationServer, async () => ({ ...aQuarantine(), quarantine: null })),
      route(bankGatewayRoutes.enterCredentials, async ({ params }) => {
        registrationOf(params.registrationId);
      }),
      psuRoute(bankGatewayRoutes.getRawMessage, async ({ psu, params, query }) => {
        const found = mine(psu)?.transactions.find(({ raw }) => raw.hash === params.hash && raw.pointer === query.pointer);
        if (found === undefined) throw errors.ERR_RAW_MESSAGE_NOT_FOUND();
        return {
          hash: params.hash,
          aspspId: bank.aspspId,
          receivedAt: "2026-11-22T09:00:04Z",
          url: "https://bank.example/accounts",
          statusCode: 200,
          contentType: "application/json",
          interactionId: "interaction",
          certificateThumbprint: "thumbprint",
          content: `{"text":"${mine(psu)?.canary}"}`,
        };
      }),
    ]),
    "tpp-registry": await serve("tpp-registry", [
      route(tppRegistryRoutes.listRegistrations, async () => ({ registrations: [...world.registrations] })),
      route(tppRegistryRoutes.getRegistration, async ({ params }) => registrationOf(params.registrationId)),
      route(tppRegistryRoutes.startRegistration, async ({ body }) => ({ ...aRegistration(), aspspId: body.aspspId, status: "running" as const })),
      route(tppRegistryRoutes.retryRegistration, async ({ params }) => registrationOf(params.registrationId)),
      route(tppRegistryRoutes.listCertificates, async () => ({ certificates: world.registrations.map(aCertificate), awaited: [], stale: false })),
      route(tppRegistryRoutes.getDesiredState, async () => ({ ...desiredState, drift: driftAt(world.registrations[0]) })),
      route(tppRegistryRoutes.planDesiredState, async () => ({
        documentHash: "hash",
        actions: driftAt(world.registrations[0]).map(({ aspspId, differences }) => ({
          aspspId,
          action: "repair" as const,
          why: [{ code: "drifted" as const, detail: null }],
          reason: "It differs.",
          differences,
        })),
        toDo: 1,
        unasked: [],
      })),
      route(tppRegistryRoutes.searchAspsps, async () => ({ aspsps: world.banks.map((one) => ({ ...one, registration: null })) })),
      route(tppRegistryRoutes.readJwks, async () => ({ keys: [...world.keys] })),
    ]),
  };
  const owned = parts.move();
  return { urls, ...world, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function fundsOf(holdings: Holdings | undefined) {
  if (holdings === undefined) return undefined;
  return {
    fundsConsentId: holdings.fundsConsentId,
    aspspId: bank.aspspId,
    iban: "FI2112345600000785",
    status: "valid" as const,
    createdAt: "2026-11-20T08:00:00Z",
    authorisedAt: "2026-11-20T08:01:00Z",
    validUntil: "2027-05-19T08:00:00Z",
    endedAt: null,
    history: [{ at: "2026-11-20T08:00:00Z", what: "created" as const, by: "psu" as const, reason: null }],
    lastConfirmation: { amount: euros("1.00"), fundsAvailable: true, confirmedAt: "2026-11-22T10:00:00Z" },
  };
}

const euros = (amount: string) => ({ amount, currency: "EUR" });

function rulesOf(holdings: Holdings | undefined) {
  if (holdings === undefined) return [];
  return [
    {
      counterpartyRuleId: holdings.counterpartyRuleId,
      counterpartyName: `K-Market ${holdings.canary}`,
      category: "family" as const,
      createdAt: "2026-11-22T10:00:00Z",
    },
  ];
}

function budgetsOf(holdings: Holdings | undefined) {
  if (holdings === undefined) return { month: "2026-11", daysLeft: 9, budgets: [], others: [] };
  return {
    month: "2026-11",
    daysLeft: 9,
    budgets: [{ category: "groceries" as const, limit: euros("400.00"), spent: euros("22.49"), left: euros("377.51"), average: euros("380.12") }],
    others: [{ category: "leisure" as const, spent: euros("0.00"), average: euros("43.10"), suggested: euros("44.00") }],
  };
}

/** Tomorrow, on which something is due. */
function forecastOf(holdings: Holdings | undefined) {
  return {
    currency: "EUR",
    knownUntil: "2026-11-22",
    balance: euros("1234.56"),
    knownSince: "2025-11-22",
    knownDays: 365,
    neededDays: 90,
    days: [
      { date: "2026-11-22", low: euros("1234.56"), expected: euros("1234.56"), high: euros("1234.56") },
      { date: "2026-11-23", low: euros("1100.00"), expected: euros("1210.00"), high: euros("1250.00") },
    ],
    due: recurringOf(holdings, "2026-11-23").map(({ recurringId, counterpartyName, category, amount, nextDate: date }) => ({
      recurringId,
      counterpartyName,
      category,
      date,
      amount,
    })),
  };
}

/** Something paid twice, perhaps, and something dear. */
function questionsOf(holdings: Holdings | undefined) {
  if (holdings === undefined) return [];
  const [{ transactionId: first } = { transactionId: "" }, { transactionId: second } = { transactionId: "" }] = holdings.transactions.slice(1);
  const about = { questionId: holdings.recurringId, counterpartyName: `Verkkokauppa ${holdings.canary}` };
  const days = { first: "2026-11-20", second: "2026-11-21" };
  return [
    {
      ...about,
      kind: "double-charge" as const,
      amount: euros("-45.00"),
      usual: null,
      usualOf: null,
      charges: [
        { transactionId: first, bookingDate: days.first },
        { transactionId: second, bookingDate: days.second },
      ],
    },
    {
      ...about,
      kind: "unusual-charge" as const,
      amount: euros("-480.00"),
      usual: euros("32.10"),
      usualOf: "counterparty" as const,
      charges: [{ transactionId: first, bookingDate: days.first }],
    },
  ];
}

/** One that is due, and became dearer long ago. */
function recurringOf(holdings: Holdings | undefined, today: string) {
  if (holdings === undefined) return [];
  return [
    {
      recurringId: holdings.recurringId,
      accountId: holdings.accounts[0]?.accountId ?? "",
      counterpartyName: `Suoratoisto ${holdings.canary}`,
      category: "subscriptions" as const,
      cadence: "monthly" as const,
      amount: euros("-9.99"),
      previousAmount: euros("-8.99"),
      changedOn: "2026-01-21",
      firstDate: "2026-01-21",
      lastDate: today,
      nextDate: today,
      occurrences: 11,
      status: "active" as const,
      regularity: 100,
    },
  ];
}
