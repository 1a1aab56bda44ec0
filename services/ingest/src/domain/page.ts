import type { AspspTransaction } from "@opl/contracts/model";
import { AmountError } from "@opl/money";
import { readEntry } from "./transaction.ts";
import type { Entry } from "./transaction.ts";

/** Why a page cannot be taken; a page is taken whole or not at all. */
export type PageRefusal = "amount" | "text" | "date";
export type ReadPage = { readonly entries: readonly Entry[] } | { readonly refusal: PageRefusal };

/** No account is older, and a bank books hardly a year ahead. */
const earliestBookingDate = "1950-01-01";
const latestBookingDays = 400;

/** Reads one page of a bank: exact amounts, text that can be stored, dates that can be true on the given day. */
export function readPage(transactions: readonly AspspTransaction[], today: Temporal.PlainDate): ReadPage {
  const latest = today.add({ days: latestBookingDays }).toString();
  const entries: Entry[] = [];
  for (const transaction of transactions) {
    if (transaction.bookingDate < earliestBookingDate || transaction.bookingDate > latest) return { refusal: "date" };
    if (textsOf(transaction).some(isUnstorable)) return { refusal: "text" };
    try {
      entries.push(readEntry(transaction));
    } catch (error) {
      if (error instanceof AmountError) return { refusal: "amount" };
      throw error;
    }
  }
  return { entries };
}

function textsOf({ entryReference, counterparty, remittanceInformation, reference, proprietaryCode }: AspspTransaction): readonly (string | null)[] {
  return [entryReference, counterparty.name, counterparty.iban, counterparty.bic, remittanceInformation, reference, proprietaryCode];
}

/** Postgres text holds neither NUL nor half a surrogate pair. */
function isUnstorable(text: string | null): boolean {
  return text !== null && (text.includes("\0") || !text.isWellFormed());
}
