import type { AspspTransaction } from "@opl/contracts/model";
import type { BankReply, TransactionsFacet, TransactionsPage } from "../../adapters/bank-adapter.ts";
import { cappedText, pathSegment, readAmount, readWire, refusePage } from "../wire.ts";
import { cardPrefix } from "./cards.ts";
import { opCardTransactionPage, opTransactionPage } from "./transactions-wire.ts";
import type { OpCardTransaction, OpTransaction } from "./transactions-wire.ts";

/** `GET …/transactions`, page by page; the end is a missing token, not an empty page. */
export function opTransactionsFacet(aisBaseUrl: string): TransactionsFacet {
  return {
    async page(calls, resourceId, continuation) {
      const isCard = resourceId.startsWith(cardPrefix);
      const id = pathSegment(isCard ? resourceId.slice(cardPrefix.length) : resourceId);
      const url = new URL(`${aisBaseUrl}/${isCard ? "cards" : "accounts"}/${id}/transactions`);
      if (continuation !== undefined) url.searchParams.set("continuationToken", continuation);
      const operation = isCard ? "cards.transactions" : "accounts.transactions";
      const reply = await calls({ operation, method: "GET", url });
      return isCard ? translateCardPage(reply) : translatePage(reply);
    },
  };
}

export function translatePage(reply: BankReply): TransactionsPage {
  const page = readWire(opTransactionPage, reply);
  return {
    transactions: (page.transactions ?? []).map((row, index) => translateTransaction(row, reply.rawHash, `/transactions/${index}`)),
    continuation: page.continuationToken || undefined,
  };
}

export function translateCardPage(reply: BankReply): TransactionsPage {
  const page = readWire(opCardTransactionPage, reply);
  return {
    transactions: (page.transactions ?? []).map((row, index) => translateCardTransaction(row, reply.rawHash, `/transactions/${index}`)),
    continuation: page.continuationToken || undefined,
  };
}

/** OP gives booked entries only, with a signed amount and no other word on direction. */
function translateTransaction(row: OpTransaction, rawHash: string, pointer: string): AspspTransaction {
  const amount = readAmount(row.amount, row.currency, rawHash, `${pointer}/amount`);
  const bookingDate = row.bookingDate ?? row.valueDate ?? row.paymentDate;
  if (bookingDate === null || bookingDate === undefined) throw refusePage(rawHash, "no-date", pointer);
  return {
    entryReference: row.archiveId || null,
    bookingStatus: "booked",
    amount,
    originalAmount: null,
    bookingDate,
    valueDate: row.valueDate ?? null,
    counterparty: counterpartyOf(row, amount.amount.startsWith("-")),
    remittanceInformation: cappedText(row.message, 4000),
    reference: readReference(row.reference),
    proprietaryCode: cappedText(row.proprietaryTransactionDescription, 140),
    raw: { hash: rawHash, pointer },
  };
}

function counterpartyOf({ payer, recipient }: OpTransaction, outgoing: boolean): AspspTransaction["counterparty"] {
  // Of a payer only the name is ever told; on an incoming entry the recipient is the PSU.
  if (!outgoing && payer) return { name: cappedText(payer.name, 140), iban: null, bic: null };
  if (!outgoing && recipient === null) return { name: null, iban: null, bic: null };
  return {
    name: cappedText(recipient?.name, 140),
    iban: cappedText(recipient?.identifier?.replaceAll(/\s/g, ""), 34),
    bic: cappedText(recipient?.servicer, 11),
  };
}

function translateCardTransaction(row: OpCardTransaction, rawHash: string, pointer: string): AspspTransaction {
  const { originalAmount, originalCurrency } = row;
  return {
    entryReference: null,
    bookingStatus: "booked",
    amount: readAmount(row.amount, row.currency, rawHash, `${pointer}/amount`),
    originalAmount: originalAmount && originalCurrency ? readAmount(originalAmount, originalCurrency, rawHash, `${pointer}/originalAmount`) : null,
    bookingDate: row.postingDate,
    valueDate: null,
    counterparty: { name: cappedText(row.description, 140), iban: null, bic: null },
    remittanceInformation: cappedText(row.description, 4000),
    reference: null,
    proprietaryCode: null,
    raw: { hash: rawHash, pointer },
  };
}

/** Finnish references may come padded with zeros to 20 digits; without them they read as on the invoice. */
function readReference(reference: string | null | undefined): string | null {
  const trimmed = reference?.trim() ?? "";
  return cappedText(/^\d+$/.test(trimmed) ? trimmed.replace(/^0+(?=\d)/, "") : trimmed, 40);
}
