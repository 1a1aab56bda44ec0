import { z } from "zod";
import { accountKind } from "../model/account.ts";
import { amountWire } from "../model/amount.ts";
import { approvalAbout } from "../model/approval.ts";
import { returnedParameters } from "../model/authorisation-return.ts";
import { aspsp } from "../model/aspsp.ts";
import { balanceType } from "../model/balance.ts";
import { categoryId } from "../model/category.ts";
import { listedReceipt } from "../model/consent-receipt.ts";
import { consentHistoryEntry, consentStatus, coveredAccount, loginHint } from "../model/consent.ts";
import { aspspId, isoDate, isoInstant, isoMonth, uuid } from "../model/ids.ts";
import { paymentStatus } from "../model/payment.ts";
import { publicJwk } from "../model/public-jwk.ts";
import { sync } from "../model/sync.ts";
import * as analytics from "./analytics.ts";
import { bffPaymentRoutes } from "./bff-payments.ts";
import { personName } from "./bff-sign-in.ts";
import { transactionFilter } from "./ingest.ts";
import { defineRoute } from "./route.ts";

/**
 * What the browser may ask. Every route needs a session (`psu: required`) unless it says `none`; every change needs the header
 * `opl-csrf: 1` and our own origin. Signing up, in and out stands in `bff-sign-in.ts`.
 */
const read = { callers: ["browser"], psu: "required", method: "GET", idempotent: true, status: 200 } as const;
const change = { callers: ["browser"], psu: "required", method: "POST", idempotent: false } as const;

export const preferences = z.strictObject({
  locale: z.enum(["en", "fi", "sv"]),
  theme: z.enum(["system", "light", "dark"]),
  privacyMode: z.boolean(),
});
export const me = z.object({
  psuId: uuid,
  name: z.string(),
  email: z.string(),
  /** Operators have pages of their own; what each route allows is decided where it answers. */
  role: z.enum(["person", "operator"]),
  preferences,
});
export const getMe = defineRoute({ ...read, operationId: "getMe", summary: "Who is signed in.", path: "/api/me", response: me });
export const updatePreferences = defineRoute({
  ...change,
  method: "PATCH",
  idempotent: true,
  operationId: "updatePreferences",
  summary: "Language, theme, privacy mode.",
  path: "/api/me/preferences",
  body: preferences.partial(),
  status: 200,
  response: preferences,
});
export const changeName = defineRoute({
  ...change,
  method: "PATCH",
  idempotent: true,
  operationId: "changeName",
  summary: "Be called something else.",
  path: "/api/me",
  body: z.strictObject({ name: personName }),
  status: 204,
  response: null,
});
export const eraseMe = defineRoute({
  ...change,
  method: "DELETE",
  recentSignIn: true,
  operationId: "eraseMe",
  summary: "Erase the person: every permission ends, every figure goes.",
  path: "/api/me",
  status: 204,
  response: null,
});

/** An account as pages show it; IBAN masked but for its last four. */
export const accountView = z.object({
  accountId: uuid,
  consentId: uuid,
  aspspId,
  aspspName: z.string(),
  kind: accountKind,
  name: z.string(),
  maskedNumber: z.string().nullable(),
  ownerName: z.string().nullable(),
  /** The balance to show as "the balance", and which it is. */
  balance: z.object({ type: balanceType, amount: amountWire, asOf: isoInstant }).nullable(),
  available: amountWire.nullable(),
  transactions: z.int(),
  oldestBookingDate: isoDate.nullable(),
  readAt: isoInstant.nullable(),
  incompleteSince: isoInstant.nullable(),
  connected: z.boolean(),
});
export type AccountView = z.infer<typeof accountView>;

/** What a person calls a bank: its consent, its accounts, how its reading goes. */
export const connectionView = z.object({
  consentId: uuid,
  aspspId,
  aspspName: z.string(),
  status: consentStatus,
  createdAt: isoInstant,
  authorisedAt: isoInstant.nullable(),
  validUntil: isoInstant,
  endedAt: isoInstant.nullable(),
  daysLeft: z.int().nullable(),
  /** Reading stops then unless the person confirms; null where that is not asked before the end. */
  reconfirmBy: isoInstant.nullable(),
  daysToReconfirm: z.int().nullable(),
  lastUsedAt: isoInstant.nullable(),
  /** Without a name: the ledger does not have the account, any more or at the moment. */
  accounts: z.array(coveredAccount.extend({ name: z.string().nullable() })),
  sync: sync.nullable(),
  health: aspsp.shape.health.nullable(),
  history: z.array(consentHistoryEntry),
});
export type ConnectionView = z.infer<typeof connectionView>;

/** Parts that could not be had just now: the page shows the rest and says so. */
const missing = z.array(z.enum(["accounts", "consents", "insights", "banks", "payments"]));

/** What is asked about. The person answers with these ids: they are right; or looks at their rows. */
const askedCharges = analytics.chargeQuestion.pick({ questionId: true, counterpartyName: true, amount: true, charges: true }).shape;

export const overviewView = z.object({
  /** Sum per currency over connected and kept accounts; cards without a balance are left out. */
  netWorth: z.array(amountWire),
  /** Last 365 days of the main currency, end of day. */
  netWorthHistory: z.array(z.object({ date: isoDate, amount: amountWire })),
  accounts: z.array(accountView.extend({ spark: z.array(z.object({ date: isoDate, amount: amountWire })) })),
  month: analytics.firstScreen.response.shape.month,
  /** Recurring payments expected in the next 14 days. */
  upcoming: z.array(analytics.recurring),
  attention: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("permission-ends"), consentId: uuid, aspspName: z.string(), daysLeft: z.int() }),
      /** The person has to confirm by then that reading may go on. */
      z.object({ kind: z.literal("permission-to-confirm"), consentId: uuid, aspspName: z.string(), daysLeft: z.int() }),
      /** It stands, and nothing is read until the person did something: confirm it here, or renew it at the bank. */
      z.object({ kind: z.literal("permission-paused"), consentId: uuid, aspspId, aspspName: z.string(), reason: z.enum(["unconfirmed", "scaRequired"]) }),
      z.object({ kind: z.literal("permission-ended"), consentId: uuid, aspspId, aspspName: z.string() }),
      /** The same of a permission to ask whether an account holds an amount. */
      z.object({
        kind: z.literal("funds-permission-ends"),
        fundsConsentId: uuid,
        aspspName: z.string(),
        maskedNumber: z.string().nullable(),
        daysLeft: z.int(),
      }),
      z.object({ kind: z.literal("funds-permission-ended"), fundsConsentId: uuid, aspspName: z.string(), maskedNumber: z.string().nullable() }),
      z.object({ kind: z.literal("account-incomplete"), accountId: uuid, accountName: z.string(), since: isoInstant }),
      z.object({ kind: z.literal("bank-down"), aspspId, aspspName: z.string(), since: isoInstant.nullable() }),
      /** Wanted and not approved yet; or the bank could not execute it and is asked again. */
      z.object({ kind: z.literal("payment-unfinished"), paymentOrderId: uuid, aspspName: z.string(), status: paymentStatus, since: isoInstant }),
      /** It was to be paid on that day and surely was not; told for some time. */
      z.object({ kind: z.literal("payment-failed"), paymentOrderId: uuid, payeeName: z.string(), dueDate: isoDate }),
      z.object({ kind: z.literal("price-changed"), recurringId: uuid, counterpartyName: z.string(), before: amountWire, now: amountWire }),
      /** More was spent in this calendar month than the person means to. */
      z.object({ kind: z.literal("budget-exceeded"), category: analytics.budgetCategory, month: isoMonth, limit: amountWire, spent: amountWire }),
      /** Equal charges of one counterparty, oldest first, that may be one taken twice. */
      z.object({ kind: z.literal("double-charge"), ...askedCharges }),
      /** `usual`, positive, is what this counterparty is usually paid, or anything in the charge's category. */
      z.object({ kind: z.literal("unusual-charge"), ...askedCharges, usual: amountWire, usualOf: z.enum(["counterparty", "category"]) }),
    ]),
  ),
  /** The oldest reading among the figures shown. */
  dataFrom: isoInstant.nullable(),
  missing,
});
export type OverviewView = z.infer<typeof overviewView>;
export const getOverview = defineRoute({
  ...read,
  operationId: "getOverview",
  summary: "The first screen in one call.",
  path: "/api/overview",
  response: overviewView,
});

export const listBanks = defineRoute({
  ...read,
  operationId: "listBanks",
  summary: "Banks a person can connect.",
  path: "/api/banks",
  response: z.object({
    banks: z.array(
      aspsp.pick({
        aspspId: true,
        name: true,
        bic: true,
        countries: true,
        environment: true,
        scaApproach: true,
        historyDays: true,
        consentMaxDays: true,
        registered: true,
        health: true,
      }),
    ),
  }),
});
export const startConnection = defineRoute({
  ...change,
  operationId: "startConnection",
  summary: "Begin to connect a bank; the browser then goes to `redirectUrl`, or where that is null the person approves in the bank's app.",
  path: "/api/connections",
  body: z.strictObject({ aspspId, validityDays: z.int().min(1).max(365).default(180), renews: uuid.optional(), loginHint: loginHint.optional() }),
  status: 201,
  response: z.object({ consentId: uuid, redirectUrl: z.url().nullable(), expiresAt: isoInstant }),
});
export const finishConnection = defineRoute({
  ...change,
  operationId: "finishConnection",
  summary: "The person came back: hand over what the bank put into the address. Works once.",
  path: "/api/connections/return",
  body: z.strictObject({ redirectContext: aspspId, parameters: returnedParameters }),
  status: 200,
  response: z.object({
    outcome: z.enum(["authorised", "refused", "failed"]),
    about: approvalAbout,
    aspspId,
    aspspName: z.string(),
    /** Stable code when `failed`. */
    reason: z.string().nullable(),
  }),
});
export const listConnections = defineRoute({
  ...read,
  operationId: "listConnections",
  summary: "Connected banks and permissions, also ended ones.",
  path: "/api/connections",
  response: z.object({ connections: z.array(connectionView), missing }),
});
export const getConnection = defineRoute({
  ...read,
  operationId: "getConnection",
  summary: "One connection, for the page that waits for its first figures.",
  path: "/api/connections/:consentId",
  params: z.strictObject({ consentId: uuid }),
  response: z.object({ connection: connectionView, accounts: z.array(accountView), missing }),
});
export const refreshConnection = defineRoute({
  ...change,
  operationId: "refreshConnection",
  summary: "Read this bank now.",
  path: "/api/connections/:consentId/refresh",
  params: z.strictObject({ consentId: uuid }),
  status: 202,
  response: sync,
});
export const withdrawConnection = defineRoute({
  ...change,
  operationId: "withdrawConnection",
  summary: "Withdraw the permission; the data is kept or erased as the person chooses.",
  path: "/api/connections/:consentId/withdrawal",
  params: z.strictObject({ consentId: uuid }),
  body: z.strictObject({ keepData: z.boolean() }),
  status: 200,
  response: z.object({ consentId: uuid, status: consentStatus }),
});

export const reconfirmConnection = defineRoute({
  ...change,
  operationId: "reconfirmConnection",
  summary: "Confirm that reading may go on, where the bank leaves asking to us.",
  path: "/api/connections/:consentId/reconfirmation",
  params: z.strictObject({ consentId: uuid }),
  status: 200,
  response: z.object({ consentId: uuid, status: consentStatus, reconfirmBy: isoInstant.nullable() }),
});

export const getReceipts = defineRoute({
  ...read,
  operationId: "getReceipts",
  summary: "The signed receipts of a permission, in the order of their chain, with the public keys that verify them.",
  path: "/api/connections/:consentId/receipts",
  params: z.strictObject({ consentId: uuid }),
  response: z.object({ receipts: z.array(listedReceipt), keys: z.array(publicJwk) }),
});

export const listAccountViews = defineRoute({
  ...read,
  operationId: "listAccountViews",
  summary: "All accounts of all banks.",
  path: "/api/accounts",
  response: z.object({ accounts: z.array(accountView), missing }),
});

export const transactionRow = analytics.categorisedTransaction.omit({ raw: true, revision: true, entryReference: true }).extend({
  /** Null while analytics cannot be asked. */
  category: analytics.categorisedTransaction.shape.category.nullable(),
  note: analytics.categorisedTransaction.shape.note.unwrap(),
  split: analytics.categorisedTransaction.shape.split.unwrap(),
});
export type TransactionRow = z.infer<typeof transactionRow>;
export const transactionQuery = transactionFilter.extend({
  category: z.union([categoryId, z.array(categoryId).max(13)]).optional(),
  recurringId: uuid.optional(),
});
export const listTransactionRows = defineRoute({
  ...read,
  operationId: "listTransactionRows",
  summary: "Search and page through transactions, pending first, then newest first.",
  path: "/api/transactions",
  query: transactionQuery,
  response: z.object({
    transactions: z.array(transactionRow),
    nextCursor: z.string().nullable(),
    days: z.array(z.object({ date: isoDate, count: z.int(), sums: z.array(amountWire) })),
    total: z.int().nullable(),
    missing,
  }),
});
export const getTransactionView = defineRoute({
  ...read,
  operationId: "getTransactionView",
  summary: "Everything about one transaction.",
  path: "/api/transactions/:transactionId",
  params: z.strictObject({ transactionId: uuid }),
  response: z.object({
    transaction: transactionRow,
    account: accountView.nullable(),
    recordedAt: isoInstant,
    /** The payment that this line shows, where it was ordered here. */
    paymentOrderId: uuid.nullable(),
    revisions: z.array(z.object({ revision: z.int(), recordedAt: isoInstant, amount: amountWire, bookingDate: isoDate })),
    missing,
  }),
});
/** What is different about a transaction after the person said something about it. */
const said = transactionRow.pick({ category: true, recurringId: true, note: true, split: true });
const ofTransaction = { ...change, idempotent: true, params: z.strictObject({ transactionId: uuid }), status: 200, response: said } as const;
export const correctTransactionCategory = defineRoute({
  ...ofTransaction,
  method: "PUT",
  operationId: "correctTransactionCategory",
  summary: "Say in which category one transaction belongs.",
  path: "/api/transactions/:transactionId/category",
  body: analytics.categoryChoice,
});
export const takeBackTransactionCategory = defineRoute({
  ...ofTransaction,
  method: "DELETE",
  operationId: "takeBackTransactionCategory",
  summary: "Take back what was said about the category of one transaction.",
  path: "/api/transactions/:transactionId/category",
});
export const noteTransaction = defineRoute({
  ...ofTransaction,
  method: "PUT",
  operationId: "noteTransaction",
  summary: "Write a note on one transaction; null removes it.",
  path: "/api/transactions/:transactionId/note",
  body: analytics.noteChange,
});
export const annotateTransactions = defineRoute({
  ...change,
  operationId: "annotateTransactions",
  summary: "Say the category or a note of up to 500 booked transactions, of all or of none.",
  path: "/api/annotations",
  body: analytics.annotations,
  // 500 notes of 500 characters, of three bytes each.
  bodyBytes: 1_048_576,
  status: 200,
  response: z.object({
    /** What was said before: to send it is to undo. */
    before: analytics.annotations.shape.annotations,
    transactions: z.array(said.extend({ transactionId: uuid })),
  }),
});
export const confirmCharges = defineRoute({
  ...change,
  idempotent: true,
  operationId: "confirmCharges",
  summary: "Say that up to 20 booked charges are right, of all or of none: nobody asks about them again until that is taken back.",
  path: "/api/confirmed-charges",
  body: analytics.chargesChoice,
  status: 204,
  response: null,
});
export const takeBackConfirmation = defineRoute({
  ...change,
  method: "DELETE",
  idempotent: true,
  operationId: "takeBackConfirmation",
  summary: "Take back that up to 20 booked charges are right, of all or of none: what was asked about them is asked again.",
  path: "/api/confirmed-charges",
  query: analytics.chargesGiven,
  status: 204,
  response: null,
});
export const previewTransactionRule = defineRoute({
  ...read,
  operationId: "previewTransactionRule",
  summary: "What would change if everything with the counterparty of this transaction belonged in a category.",
  path: "/api/transactions/:transactionId/counterparty-rule",
  params: z.strictObject({ transactionId: uuid }),
  query: analytics.categoryChoice,
  response: analytics.previewCounterpartyRule.response,
});
export const putTransactionRule = defineRoute({
  ...ofTransaction,
  method: "PUT",
  operationId: "putTransactionRule",
  summary: "Say in which category everything with the counterparty of this transaction belongs.",
  path: "/api/transactions/:transactionId/counterparty-rule",
  body: analytics.categoryChoice,
  response: analytics.putCounterpartyRule.response.extend({ note: transactionRow.shape.note, split: transactionRow.shape.split }),
});
export const listRules = defineRoute({
  ...read,
  operationId: "listRules",
  summary: "The person's rules by counterparty.",
  path: "/api/counterparty-rules",
  response: analytics.listCounterpartyRules.response,
});
export const removeRule = defineRoute({
  ...change,
  method: "DELETE",
  idempotent: true,
  operationId: "removeRule",
  summary: "Remove a rule by counterparty.",
  path: "/api/counterparty-rules/:counterpartyRuleId",
  params: z.strictObject({ counterpartyRuleId: uuid }),
  status: 204,
  response: null,
});
export const splitTransaction = defineRoute({
  ...ofTransaction,
  method: "PUT",
  operationId: "splitTransaction",
  summary: "Split one transaction into parts, each in a category of its own.",
  path: "/api/transactions/:transactionId/split",
  body: analytics.splitChoice,
});
export const removeTransactionSplit = defineRoute({
  ...ofTransaction,
  method: "DELETE",
  operationId: "removeTransactionSplit",
  summary: "Take the parts of one transaction back.",
  path: "/api/transactions/:transactionId/split",
});
export const getProof = defineRoute({
  ...read,
  operationId: "getProof",
  summary: "The bank's own words for one transaction, as received.",
  path: "/api/transactions/:transactionId/proof",
  params: z.strictObject({ transactionId: uuid }),
  response: z.object({
    aspspName: z.string(),
    receivedAt: isoInstant,
    hash: z.string(),
    pointer: z.string(),
    contentType: z.string().nullable(),
    interactionId: z.string().nullable(),
    content: z.string(),
  }),
});

export const getCashFlow = defineRoute({
  ...read,
  operationId: "getCashFlow",
  summary: "Money in and out by month.",
  path: "/api/insights/cash-flow",
  query: z.strictObject({ months: z.coerce.number().int().min(1).max(60).default(13) }),
  response: analytics.cashFlow.response,
});
export const getSpending = defineRoute({
  ...read,
  operationId: "getSpending",
  summary: "Expenses by category.",
  path: "/api/insights/spending",
  query: z.strictObject({ from: isoDate, to: isoDate }),
  response: analytics.spending.response,
});
export const getRecurring = defineRoute({
  ...read,
  operationId: "getRecurring",
  summary: "What repeats.",
  path: "/api/insights/recurring",
  response: analytics.listRecurring.response,
});
export const getNetWorth = defineRoute({
  ...read,
  operationId: "getNetWorth",
  summary: "Balances over time.",
  path: "/api/insights/net-worth",
  query: z.strictObject({ from: isoDate, to: isoDate, accountId: uuid.optional() }),
  response: analytics.netWorth.response,
});
export const getForecast = defineRoute({
  ...read,
  operationId: "getForecast",
  summary: "Balances ahead.",
  path: "/api/insights/forecast",
  query: analytics.daysAhead,
  response: analytics.forecast.response,
});

export const getBudgets = defineRoute({
  ...read,
  operationId: "getBudgets",
  summary: "Budgets by category, with what was spent this month.",
  path: "/api/budgets",
  response: analytics.listBudgets.response,
});
export const setBudget = defineRoute({
  ...change,
  method: "PUT",
  idempotent: true,
  operationId: "setBudget",
  summary: "Set the limit of a category in a month.",
  path: "/api/budgets/:currency/:category",
  params: analytics.budgetKey,
  body: analytics.budgetLimit,
  status: 204,
  response: null,
});
export const removeBudget = defineRoute({
  ...change,
  method: "DELETE",
  idempotent: true,
  operationId: "removeBudget",
  summary: "Remove a budget.",
  path: "/api/budgets/:currency/:category",
  params: analytics.budgetKey,
  status: 204,
  response: null,
});

/**
 * `GET /api/live`: server-sent events of the signed-in person; not a JSON route. Each event has `id` (resume with Last-Event-ID),
 * `event: change` and this as data. The server sends a comment every 15 s; `event: signed-out` ends the stream.
 */
export const liveEvent = z.object({
  /** Which fact, from the event catalogue. */
  type: z.string(),
  at: isoInstant,
  consentId: uuid.nullable(),
  accountId: uuid.nullable(),
  syncId: uuid.nullable(),
  paymentOrderId: uuid.nullable(),
  aspspId: aspspId.nullable(),
  /** Transactions in this fact, where it carries some. */
  count: z.int().nullable(),
});
export type LiveEvent = z.infer<typeof liveEvent>;

export const bffRoutes = {
  getMe,
  updatePreferences,
  changeName,
  eraseMe,
  getOverview,
  listBanks,
  startConnection,
  finishConnection,
  listConnections,
  getConnection,
  refreshConnection,
  withdrawConnection,
  reconfirmConnection,
  getReceipts,
  listAccountViews,
  listTransactionRows,
  getTransactionView,
  correctTransactionCategory,
  takeBackTransactionCategory,
  noteTransaction,
  previewTransactionRule,
  putTransactionRule,
  listRules,
  removeRule,
  splitTransaction,
  removeTransactionSplit,
  annotateTransactions,
  confirmCharges,
  takeBackConfirmation,
  getProof,
  getCashFlow,
  getSpending,
  getRecurring,
  getNetWorth,
  getForecast,
  getBudgets,
  setBudget,
  removeBudget,
  ...bffPaymentRoutes,
};
