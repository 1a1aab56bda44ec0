import type { CategorisedTransaction } from "@opl/contracts/http/analytics";
import type { TransactionRow } from "@opl/contracts/http/bff";
import type { Transaction } from "@opl/contracts/model";
import { maskNumber } from "./masked-number.ts";

/** What analytics adds to an entry. */
export type Meaning = Pick<CategorisedTransaction, "category" | "recurringId" | "note" | "split">;

/** An entry as pages show it. Without a meaning the entry is still there, only uncategorised. */
export function transactionRow(transaction: Transaction, meaning: Meaning | undefined): TransactionRow {
  const { counterparty } = transaction;
  return {
    transactionId: transaction.transactionId,
    accountId: transaction.accountId,
    bookingStatus: transaction.bookingStatus,
    amount: transaction.amount,
    originalAmount: transaction.originalAmount,
    bookingDate: transaction.bookingDate,
    valueDate: transaction.valueDate,
    counterparty: { name: counterparty.name, iban: maskNumber(counterparty.iban), bic: counterparty.bic },
    remittanceInformation: transaction.remittanceInformation,
    reference: transaction.reference,
    proprietaryCode: transaction.proprietaryCode,
    category: meaning?.category ?? null,
    recurringId: meaning?.recurringId ?? null,
    note: meaning?.note ?? null,
    split: meaning?.split ?? null,
  };
}
