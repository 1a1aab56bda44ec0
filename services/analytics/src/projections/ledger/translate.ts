import type { Transaction } from "@opl/contracts/model";
import { fromWire, toWire } from "@opl/money";
import type { CategorisedTransaction } from "@opl/contracts/http/analytics";
import type { Entry } from "../../domain/entry.ts";
import { type Split, stands } from "../../domain/split.ts";
import type { LedgerEntry, LedgerRow } from "./evolve.ts";

/** A transaction as a fact tells it, as columns. @throws AmountError when an amount does not fit its currency */
export function entryOf(psuId: string, transaction: Transaction): LedgerEntry {
  const { counterparty, raw, originalAmount } = transaction;
  const amount = fromWire(transaction.amount);
  const original = originalAmount === null ? null : fromWire(originalAmount);
  return {
    psuId,
    transactionId: transaction.transactionId,
    accountId: transaction.accountId,
    revision: transaction.revision,
    pending: transaction.bookingStatus === "pending",
    bookingDate: transaction.bookingDate,
    valueDate: transaction.valueDate,
    amountMinor: amount.minor,
    currency: amount.currency,
    originalAmountMinor: original?.minor ?? null,
    originalCurrency: original?.currency ?? null,
    counterpartyName: counterparty.name,
    counterpartyIban: counterparty.iban,
    counterpartyBic: counterparty.bic,
    remittanceInformation: transaction.remittanceInformation,
    reference: transaction.reference,
    proprietaryCode: transaction.proprietaryCode,
    entryReference: transaction.entryReference,
    rawHash: raw.hash,
    rawPointer: raw.pointer,
  };
}

type RuleColumns =
  | "accountId"
  | "pending"
  | "amountMinor"
  | "currency"
  | "bookingDate"
  | "counterpartyName"
  | "counterpartyIban"
  | "remittanceInformation"
  | "reference"
  | "proprietaryCode";

/** What the rules look at. */
export function ruleEntryOf(row: Pick<LedgerEntry, RuleColumns>): Entry {
  return {
    accountId: row.accountId,
    bookingStatus: row.pending ? "pending" : "booked",
    amountMinor: row.amountMinor,
    currency: row.currency,
    bookingDate: row.bookingDate,
    counterpartyName: row.counterpartyName,
    counterpartyIban: row.counterpartyIban,
    remittanceInformation: row.remittanceInformation,
    reference: row.reference,
    proprietaryCode: row.proprietaryCode,
  };
}

/** What the search compares: counterparty, text and what the person wrote, lower case whatever the locale of the database. */
export function searchTextOf(
  { counterpartyName, remittanceInformation }: Pick<LedgerEntry, "counterpartyName" | "remittanceInformation">,
  written: string,
): string {
  return searchable(`${counterpartyName ?? ""} ${remittanceInformation ?? ""}${written === "" ? "" : ` ${written}`}`);
}

export function searchable(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** A row as the contract shows it. */
export function toCategorised(row: LedgerRow & { readonly note: string | null }, split: Split | undefined): CategorisedTransaction {
  const { originalAmountMinor, originalCurrency } = row;
  return {
    transactionId: row.transactionId,
    accountId: row.accountId,
    revision: row.revision,
    entryReference: row.entryReference,
    bookingStatus: row.pending ? "pending" : "booked",
    amount: toWire({ minor: row.amountMinor, currency: row.currency }),
    originalAmount: originalAmountMinor === null || originalCurrency === null ? null : toWire({ minor: originalAmountMinor, currency: originalCurrency }),
    bookingDate: row.bookingDate,
    valueDate: row.valueDate,
    counterparty: { name: row.counterpartyName, iban: row.counterpartyIban, bic: row.counterpartyBic },
    remittanceInformation: row.remittanceInformation,
    reference: row.reference,
    proprietaryCode: row.proprietaryCode,
    raw: { hash: row.rawHash, pointer: row.rawPointer },
    category: { category: row.category, ruleId: row.ruleId, matched: row.matched, confidence: row.confidence, rulesVersion: row.rulesVersion },
    recurringId: row.recurringId,
    note: row.note,
    split: toSplit(row, split),
  };
}

/** The parts of an entry as the contract shows them. */
export function toSplit(entry: Pick<LedgerRow, "pending" | "amountMinor" | "currency">, split: Split | undefined): CategorisedTransaction["split"] {
  if (split === undefined) return null;
  const parts = split.parts.map(({ category, amountMinor: minor, note }) => ({ category, amount: toWire({ minor, currency: split.currency }), note }));
  return { stands: stands(split, entry), parts };
}
