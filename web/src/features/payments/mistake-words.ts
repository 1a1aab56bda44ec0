import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { DraftField, DraftMistake } from "./draft.ts";

const words: Record<DraftMistake, MessageDescriptor> = {
  missing: msg`This is needed.`,
  "too-long": msg`This is longer than banks carry.`,
  "iban-country": msg`No country’s IBANs begin like this.`,
  "iban-length": msg`This IBAN is too short or too long for its country.`,
  "iban-digits": msg`This IBAN has a slip: its check digits do not fit.`,
  account: msg`Write an IBAN, or digits only.`,
  bic: msg`A BIC has eight or eleven characters, such as NDEAFIHH.`,
  country: msg`Two letters, such as DE.`,
  amount: msg`Write an amount such as 12.50.`,
  "amount-too-large": msg`More than one payment can carry.`,
  currency: msg`Three letters, such as USD.`,
  reference: msg`This reference has a slip: its check digit does not fit.`,
  past: msg`This day is over.`,
  "too-far": msg`At most a year ahead.`,
  count: msg`Between 2 and 60 times.`,
};
const sharper: Readonly<Partial<Record<`${DraftField} ${DraftMistake}`, MessageDescriptor>>> = {
  "from missing": msg`Choose where the money comes from.`,
  "name missing": msg`Write who is paid.`,
  "account missing": msg`Write the payee’s account.`,
  "amount missing": msg`Write how much.`,
  "note missing": msg`Write a reference, or a message for the payee.`,
};

/** What to do about a mistake. */
export function mistakeWords(field: DraftField, mistake: DraftMistake): MessageDescriptor {
  return sharper[`${field} ${mistake}`] ?? words[mistake];
}
