import { defineErrors } from "@opl/errors";

/** Every code this service raises. */
export const errors = defineErrors({
  ERR_ACCOUNT_NOT_FOUND: ["not-found", "There is no such account."],
  ERR_TRANSACTION_NOT_FOUND: ["not-found", "There is no such transaction."],
  ERR_CURSOR_INVALID: ["invalid", "This is not a place in the list of transactions."],
  ERR_SYNC_CONSENT_UNKNOWN: ["not-found", "We know of no such consent."],
  ERR_SYNC_CONSENT_ENDED: ["rejected", "The consent has ended; nothing may be read any more."],
  ERR_SYNC_CONSENT_PAUSED: ["rejected", "Nothing is read until the person has confirmed or renewed the consent."],
  ERR_SYNC_TAKEN_OVER: ["conflict", "Another process has taken over this sync."],
  ERR_SYNC_ABANDONED: ["unavailable", "The sync was interrupted too often."],
  ERR_PAGE_AMOUNT: ["upstream", "The bank sent an amount that is not exact."],
  ERR_PAGE_TEXT: ["upstream", "The bank sent a text that cannot be stored."],
  ERR_PAGE_DATE: ["upstream", "The bank sent a booking date that cannot be true."],
  ERR_PAGE_REPEATED: ["upstream", "The bank sent us back to a page we had already."],
  ERR_PAGE_BUDGET: ["upstream", "The bank sent more pages or entries than one account can have."],
});
