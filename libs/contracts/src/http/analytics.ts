import { z } from "zod";
import { amountWire, currencyCode } from "../model/amount.ts";
import { categoryId, categoryReason } from "../model/category.ts";
import { cursor, isoDate, isoInstant, isoMonth, uuid } from "../model/ids.ts";
import { transaction } from "../model/transaction.ts";
import { transactionFilter } from "./ingest.ts";
import { defineRoute } from "./route.ts";

const bff = { callers: ["bff"], psu: "required", method: "GET", idempotent: true, status: 200 } as const;

/** How a person split a transaction into parts. Each has the sign and the currency of the whole; together they are it, to the cent. */
export const transactionSplit = z.object({
  /** False: set aside, because the bank changed the amount since. The transaction counts whole, in its own category. */
  stands: z.boolean(),
  parts: z.array(z.object({ category: categoryId, amount: amountWire, note: z.string().nullable() })),
});

/** A transaction with what it means, and what the person wrote about it: nothing, where a process from before notes or splits answers. */
export const categorisedTransaction = transaction.extend({
  category: categoryReason,
  recurringId: uuid.nullable(),
  note: z.string().nullable().default(null),
  split: transactionSplit.nullable().default(null),
});
export type CategorisedTransaction = z.infer<typeof categorisedTransaction>;

/** What a person writes about a transaction: one line of plain text. */
const noteUpTo = (length: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(length)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), "A note is text without control characters.");

export const categoryChoice = z.strictObject({ category: categoryId });
export const noteChange = z.strictObject({ note: noteUpTo(500).nullable() });
export const splitChoice = z.strictObject({
  parts: z
    .array(z.strictObject({ category: categoryId, amount: amountWire, note: noteUpTo(100).nullable().default(null) }))
    .min(2)
    .max(20),
});
const ofTransaction = z.strictObject({ transactionId: uuid });
/** What analytics adds to one transaction. */
const meaning = categorisedTransaction.pick({ category: true, recurringId: true, note: true, split: true });

export const listCategorised = defineRoute({
  ...bff,
  operationId: "listCategorised",
  summary: "Pages of transactions with their category, pending first, then newest first.",
  path: "/transactions",
  query: transactionFilter.extend({ category: z.union([categoryId, z.array(categoryId).max(13)]).optional(), recurringId: uuid.optional() }),
  response: z.object({
    transactions: z.array(categorisedTransaction),
    nextCursor: cursor.nullable(),
    /** Sum and number of each day that appears on the page, over the whole filter and not only over the page. */
    days: z.array(z.object({ date: isoDate, count: z.int(), sums: z.array(amountWire) })),
    /** How many rows the filter finds in all; told on the first page only. */
    total: z.int().nullable(),
  }),
});
export const getCategory = defineRoute({
  ...bff,
  operationId: "getCategory",
  summary: "Why one transaction is in its category.",
  path: "/transactions/:transactionId/category",
  params: ofTransaction,
  response: meaning,
});
export const correctCategory = defineRoute({
  ...bff,
  method: "PUT",
  operationId: "correctCategory",
  summary: "The person says in which category one transaction belongs; that stays, whatever rules and banks say.",
  path: "/transactions/:transactionId/category",
  params: ofTransaction,
  body: categoryChoice,
  response: meaning,
});
export const takeBackCorrection = defineRoute({
  ...bff,
  method: "DELETE",
  operationId: "takeBackCorrection",
  summary: "The person takes back what they said about the category of one transaction; rules decide again.",
  path: "/transactions/:transactionId/category",
  params: ofTransaction,
  response: meaning,
});
export const putNote = defineRoute({
  ...bff,
  method: "PUT",
  operationId: "putNote",
  summary: "The person's note on one transaction; null removes it.",
  path: "/transactions/:transactionId/note",
  params: ofTransaction,
  body: noteChange,
  response: meaning,
});
/** What a person says of one transaction among many: its category, a note, or both. Null takes back; what is left out stays as it is. */
const annotation = z
  .strictObject({ transactionId: uuid, category: categoryId.nullable().optional(), note: noteUpTo(500).nullable().optional() })
  .refine(({ category, note: text }) => category !== undefined || text !== undefined, "Say a category, a note, or both.");
export const annotations = z.strictObject({
  annotations: z
    .array(annotation)
    .min(1)
    .max(500)
    .refine((all) => new Set(all.map(({ transactionId }) => transactionId)).size === all.length, "Each transaction is named once."),
});
export const annotateTransactions = defineRoute({
  ...bff,
  method: "POST",
  // Repeated, it would answer with the words of the first try and not with those before.
  idempotent: false,
  operationId: "annotateTransactions",
  summary: "The person says the category or a note of up to 500 booked transactions, of all or of none.",
  path: "/annotations",
  body: annotations,
  response: z.object({
    /** What the person had said, as it is said: to send it is to undo. */
    before: annotations.shape.annotations,
    /** What they mean now. */
    transactions: z.array(meaning.extend({ transactionId: uuid })),
  }),
});
/** What the person said about everything with one counterparty, before and from then on. */
export const counterpartyRule = z.object({ counterpartyRuleId: uuid, counterpartyName: z.string(), category: categoryId, createdAt: isoInstant });
export type CounterpartyRule = z.infer<typeof counterpartyRule>;

export const previewCounterpartyRule = defineRoute({
  ...bff,
  operationId: "previewCounterpartyRule",
  summary: "What would change if everything with the counterparty of this transaction belonged in a category.",
  path: "/transactions/:transactionId/counterparty-rule",
  params: ofTransaction,
  query: categoryChoice,
  response: z.object({
    /** Null where nothing tells who it was: then there can be no rule. */
    counterpartyName: z.string().nullable(),
    /** The rule there is already. */
    rule: counterpartyRule.nullable(),
    /** How many transactions would move to another category, and their sums. */
    transactions: z.int(),
    sums: z.array(amountWire),
  }),
});
export const putCounterpartyRule = defineRoute({
  ...bff,
  method: "PUT",
  operationId: "putCounterpartyRule",
  summary: "Everything with the counterparty of this transaction belongs in a category, unless the person said otherwise about a single other one.",
  path: "/transactions/:transactionId/counterparty-rule",
  params: ofTransaction,
  body: categoryChoice,
  response: meaning.extend({ rule: counterpartyRule }),
});
export const listCounterpartyRules = defineRoute({
  ...bff,
  operationId: "listCounterpartyRules",
  summary: "The person's rules by counterparty, in the order of names.",
  path: "/counterparty-rules",
  response: z.object({ rules: z.array(counterpartyRule) }),
});
export const removeCounterpartyRule = defineRoute({
  ...bff,
  method: "DELETE",
  operationId: "removeCounterpartyRule",
  summary: "Remove a rule; what it decided is decided by our rules again.",
  path: "/counterparty-rules/:counterpartyRuleId",
  params: z.strictObject({ counterpartyRuleId: uuid }),
  status: 204,
  response: null,
});
export const splitTransaction = defineRoute({
  ...bff,
  method: "PUT",
  operationId: "splitTransaction",
  summary: "The person splits one transaction into parts, each in a category of its own; every sum by category follows.",
  path: "/transactions/:transactionId/split",
  params: ofTransaction,
  body: splitChoice,
  response: meaning,
});
export const removeSplit = defineRoute({
  ...bff,
  method: "DELETE",
  operationId: "removeSplit",
  summary: "The person takes the parts of one transaction back; it counts whole again.",
  path: "/transactions/:transactionId/split",
  params: ofTransaction,
  response: meaning,
});
export const cashFlow = defineRoute({
  ...bff,
  operationId: "cashFlow",
  summary: "Money in and out by calendar month of the booking date, own transfers left out. Oldest month first.",
  path: "/insights/cash-flow",
  query: z.strictObject({ months: z.coerce.number().int().min(1).max(60).default(13) }),
  response: z.object({
    currencies: z.array(
      z.object({
        currency: currencyCode,
        months: z.array(
          z.object({
            month: isoMonth,
            income: amountWire,
            expenses: amountWire,
            net: amountWire,
            /** Transactions; a split one once for each of its categories. */
            count: z.int(),
          }),
        ),
      }),
    ),
  }),
});
export const spending = defineRoute({
  ...bff,
  operationId: "spending",
  summary: "Expenses by category between two days, with the same span before for comparison.",
  path: "/insights/spending",
  query: z.strictObject({ from: isoDate, to: isoDate }),
  response: z.object({
    currencies: z.array(
      z.object({
        currency: currencyCode,
        total: amountWire,
        previousTotal: amountWire,
        categories: z.array(z.object({ category: categoryId, amount: amountWire, previous: amountWire, count: z.int() })),
      }),
    ),
  }),
});
export const recurring = z.object({
  recurringId: uuid,
  accountId: uuid,
  counterpartyName: z.string(),
  category: categoryId,
  cadence: z.enum(["weekly", "monthly", "quarterly", "yearly"]),
  amount: amountWire,
  /** The amount before the latest change, and the day of the change. */
  previousAmount: amountWire.nullable(),
  changedOn: isoDate.nullable(),
  firstDate: isoDate,
  lastDate: isoDate,
  nextDate: isoDate.nullable(),
  occurrences: z.int(),
  status: z.enum(["active", "ended"]),
  /** In words of rules: how regular it is, 0 to 100. */
  regularity: z.int(),
});
export const listRecurring = defineRoute({
  ...bff,
  operationId: "listRecurring",
  summary: "Payments and income that repeat, with the next expected day.",
  path: "/insights/recurring",
  response: z.object({ recurring: z.array(recurring) }),
});
export const netWorth = defineRoute({
  ...bff,
  operationId: "netWorth",
  summary: "Balance of all accounts at the end of each day, worked back from the bank's balance through the bookings.",
  path: "/insights/net-worth",
  query: z.strictObject({ from: isoDate, to: isoDate, accountId: uuid.optional() }),
  response: z.object({
    currencies: z.array(z.object({ currency: currencyCode, days: z.array(z.object({ date: isoDate, amount: amountWire })) })),
    accounts: z.array(z.object({ accountId: uuid, currency: currencyCode, days: z.array(z.object({ date: isoDate, amount: amountWire })) })),
  }),
});
export const daysAhead = z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) });
export const forecast = defineRoute({
  ...bff,
  operationId: "forecast",
  summary:
    "The balance of all accounts on each day ahead, as it is expected, with the band that held 8 of 10 equally long stretches of the past year, reckoned with the recurring payments as they are known today.",
  path: "/insights/forecast",
  query: daysAhead,
  response: z.object({
    currencies: z.array(
      z.object({
        currency: currencyCode,
        /** The last day up to which all accounts are known, today at the latest, and what they held at its end. All is reckoned as of that day. */
        knownUntil: isoDate,
        balance: amountWire,
        /** Since when all entries are known, how many days of that are looked at (a year at the most), and how many it takes. */
        knownSince: isoDate.nullable(),
        knownDays: z.int(),
        neededDays: z.int(),
        /**
         * From `knownUntil`, whose figure is the balance, to so many days after today: where that is before today, today's figure is itself
         * expected and lies in a band. Fewer than asked for where the past carries no further, none where too little of it is known
         * (`knownDays` below `neededDays`) or else where `knownUntil` is more than 7 days ago.
         */
        days: z.array(z.object({ date: isoDate, low: amountWire, expected: amountWire, high: amountWire })),
        /** What is expected of recurring payments on these days, the soonest first, each at most once a day; before today it may have come unseen. */
        due: z.array(z.object({ recurringId: uuid, counterpartyName: z.string(), category: categoryId, date: isoDate, amount: amountWire })),
      }),
    ),
  }),
});
/** What a budget can be about: what comes in and own transfers are no expenses. */
export const budgetCategory = categoryId.exclude(["income", "transfers"]);
export type BudgetCategory = z.infer<typeof budgetCategory>;
export const budgetKey = z.strictObject({ currency: currencyCode, category: budgetCategory });
export const budgetLimit = z.strictObject({ limit: amountWire.shape.amount });
const usual = z.object({
  category: budgetCategory,
  /** In this calendar month, positive. */
  spent: amountWire,
  /** Of the last six whole months, as far as they are known. */
  average: amountWire.nullable(),
});
export const listBudgets = defineRoute({
  ...bff,
  operationId: "listBudgets",
  summary: "What the person means to spend at most by category and month, what was spent of it, and what is usual.",
  path: "/budgets",
  response: z.object({
    month: isoMonth,
    /** Today is one of them. */
    daysLeft: z.int(),
    /** `left` is negative when more was spent. */
    budgets: z.array(usual.extend({ limit: amountWire, left: amountWire })),
    /** Categories without a budget that money went to lately, the largest first, with a limit to begin with. */
    others: z.array(usual.extend({ suggested: amountWire.nullable() })),
  }),
});
export const putBudget = defineRoute({
  ...bff,
  method: "PUT",
  operationId: "putBudget",
  summary: "The person means to spend at most so much on a category in a calendar month.",
  path: "/budgets/:currency/:category",
  params: budgetKey,
  body: budgetLimit,
  status: 204,
  response: null,
});
export const removeBudget = defineRoute({
  ...bff,
  method: "DELETE",
  operationId: "removeBudget",
  summary: "The person wants no budget for a category any more.",
  path: "/budgets/:currency/:category",
  params: budgetKey,
  status: 204,
  response: null,
});

/** What only the person can answer about a charge: whether it was taken twice, or why it is so high. */
export const chargeQuestion = z.object({
  questionId: uuid,
  kind: z.enum(["double-charge", "unusual-charge"]),
  counterpartyName: z.string(),
  /** Of each of the charges. */
  amount: amountWire,
  /** What is usual, positive; null where charges are equal to each other. */
  usual: amountWire.nullable(),
  /** What that is usual of: what this counterparty is paid, or anything in the charge's category. */
  usualOf: z.enum(["counterparty", "category"]).nullable(),
  /** Oldest first. */
  charges: z.array(z.object({ transactionId: uuid, bookingDate: isoDate })),
});
export type ChargeQuestion = z.infer<typeof chargeQuestion>;
const charges = z.array(uuid).min(1).max(20);
export const chargesChoice = z.strictObject({ transactionIds: charges });
export const confirmCharges = defineRoute({
  ...bff,
  method: "POST",
  operationId: "confirmCharges",
  summary: "The person says that these charges are right, of all of them or of none; nobody asks about them again until they take it back.",
  path: "/confirmed-charges",
  body: chargesChoice,
  status: 204,
  response: null,
});
/** The same in an address. */
export const chargesGiven = z.strictObject({ transactionId: z.union([uuid, charges]) });
export const takeBackConfirmation = defineRoute({
  ...bff,
  method: "DELETE",
  operationId: "takeBackConfirmation",
  summary: "The person did not mean it: what is asked about these charges is asked again. Of all of them or of none.",
  path: "/confirmed-charges",
  query: chargesGiven,
  status: 204,
  response: null,
});
export const listConfirmedCharges = defineRoute({
  ...bff,
  operationId: "listConfirmedCharges",
  summary: "Charges of which the person said that they are right.",
  path: "/confirmed-charges",
  response: z.object({ confirmed: z.array(z.object({ transactionId: uuid, confirmedAt: isoInstant })) }),
});

/** An amount a day from one day on. Not an object a day: the first screen has hundreds of them. */
export const dayLine = z.object({ currency: currencyCode, from: isoDate, amounts: z.array(amountWire.shape.amount) });
export type DayLine = z.infer<typeof dayLine>;
/** Expenses of a month day by day, each with all before it. */
const monthLine = z.array(z.object({ day: z.int(), amount: amountWire }));
export const firstScreen = defineRoute({
  ...bff,
  operationId: "firstScreen",
  summary:
    "All that the first screen needs in one answer: sums by day, the lines of the accounts, the month of `to` so far, what repeats, what to ask about charges, which budgets are exceeded.",
  path: "/insights/first-screen",
  /** `accountsFrom`: lines of single accounts begin only at this day. */
  query: z.strictObject({ from: isoDate, to: isoDate, accountsFrom: isoDate }),
  response: z.object({
    netWorth: z.array(dayLine),
    accounts: z.array(dayLine.extend({ accountId: uuid })),
    month: z.array(z.object({ currency: currencyCode, thisMonth: monthLine, lastMonth: monthLine })),
    recurring: z.array(recurring),
    /** Newest first; none, where a process from before them answers. */
    questions: z.array(chargeQuestion).default([]),
    /** The budgets of which more was spent this month than the limit; likewise. */
    exceeded: z.array(z.object({ category: budgetCategory, month: isoMonth, limit: amountWire, spent: amountWire })).default([]),
  }),
});
export const rebuildProjections = defineRoute({
  operationId: "rebuildProjections",
  summary: "Drop the projections and read the ledger again.",
  callers: ["operator"],
  psu: "none",
  method: "POST",
  idempotent: true,
  path: "/rebuild",
  timeoutMs: 600_000,
  status: 200,
  response: z.object({ transactions: z.int(), accounts: z.int(), balances: z.int() }),
});
/** Count and order-independent sum per account, to compare with the ledger. */
export const accountTotals = defineRoute({
  operationId: "accountTotals",
  summary: "Count and sum of the entries of each account.",
  callers: ["operator"],
  psu: "none",
  method: "GET",
  idempotent: true,
  path: "/totals",
  status: 200,
  response: z.object({ accounts: z.array(z.object({ accountId: uuid, psuId: uuid, count: z.int(), sum: amountWire })) }),
});

export const analyticsRoutes = {
  listCategorised,
  getCategory,
  correctCategory,
  takeBackCorrection,
  putNote,
  previewCounterpartyRule,
  putCounterpartyRule,
  listCounterpartyRules,
  removeCounterpartyRule,
  splitTransaction,
  removeSplit,
  annotateTransactions,
  cashFlow,
  spending,
  listRecurring,
  netWorth,
  forecast,
  listBudgets,
  putBudget,
  removeBudget,
  confirmCharges,
  takeBackConfirmation,
  listConfirmedCharges,
  firstScreen,
  rebuildProjections,
  accountTotals,
};
