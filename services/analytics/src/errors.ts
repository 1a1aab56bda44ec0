import { defineErrors } from "@opl/errors";

/** Every code this service raises. */
export const errors = defineErrors({
  ERR_ANALYTICS_TRANSACTION_NOT_FOUND: ["not-found", "There is no such transaction."],
  ERR_ANALYTICS_TRANSACTION_PENDING: ["conflict", "The bank has not booked this transaction yet; it will be another one then. Say it again when it is booked."],
  ERR_ANALYTICS_PERSON_BUSY: ["conflict", "Your figures are being worked out this very moment; ask again in a second."],
  ERR_ANALYTICS_COUNTERPARTY_UNKNOWN: ["rejected", "Nothing tells who this transaction was with, so there is nothing a rule could go by."],
  ERR_ANALYTICS_RULES_TOO_MANY: ["rejected", "You have 1000 rules, which is as many as there can be: remove one that you no longer need."],
  ERR_ANALYTICS_RULE_NOT_FOUND: ["not-found", "There is no such rule."],
  ERR_ANALYTICS_SPLIT_PART_INVALID: [
    "rejected",
    "A part of this split is not money of the transaction: give each part an amount other than zero, in the transaction's currency and with its sign.",
  ],
  ERR_ANALYTICS_SPLIT_SUM_WRONG: ["rejected", "The parts of this split are not the whole transaction: change them until nothing is left to assign."],
  ERR_ANALYTICS_BUDGET_LIMIT_INVALID: [
    "invalid",
    "A budget's limit is an amount above zero with no more decimals than its currency has, at most 10000000000.00 (1000000000000 without decimals).",
  ],
  ERR_ANALYTICS_ACCOUNT_NOT_FOUND: ["not-found", "There is no such account."],
  ERR_ANALYTICS_RECURRING_NOT_FOUND: ["not-found", "There is no such recurring payment."],
  ERR_ANALYTICS_CURSOR_INVALID: ["invalid", "This is not a place in the list of transactions."],
  ERR_ANALYTICS_PERIOD_INVALID: ["invalid", "The period must begin before it ends and be no longer than ten years."],
});
