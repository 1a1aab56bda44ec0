import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_NOT_SIGNED_IN: ["unauthenticated", "Sign in first."],
  ERR_RECENT_SIGN_IN_NEEDED: ["forbidden", "Confirm first that it is you: this needs a sign-in of the last five minutes."],
  ERR_OPERATORS_ONLY: ["forbidden", "This is for operators."],
  ERR_PERSON_UNKNOWN: ["not-found", "Nobody signed up with this address."],
  ERR_CREDENTIALS_REFUSED: ["unauthenticated", "The e-mail address or the password is not right."],
  ERR_PASSWORD_TOO_WEAK: ["invalid", "The password is too easy to guess."],
  ERR_PASSWORD_REFUSED: ["rejected", "The password is not right."],
  ERR_TOO_MANY_ATTEMPTS: ["rate-limited", "Too many attempts. Wait before you try again."],
  ERR_TOO_MANY_REQUESTS: ["rate-limited", "Too many requests at once."],
  ERR_TOO_MANY_STREAMS: ["rate-limited", "Too many live views are open."],
  ERR_REQUEST_NOT_FROM_OUR_PAGE: ["forbidden", "This change did not come from our own page."],
  ERR_PLAIN_HTTP: ["forbidden", "Use https."],
  ERR_PAYMENT_ACCOUNT_UNFIT: ["rejected", "This account is not one of that bank's that a payment can be made from."],
  ERR_FILE_NOT_FOUND: ["not-found", "There is no such file."],
  ERR_CONFIG: ["invalid", "The configuration is not usable."],
  ERR_CURSOR_INVALID: ["invalid", "This place in the list is not known."],
});
