import type { AspspTransaction } from "@opl/contracts/model";
import { fromWire } from "@opl/money";
import type { Amount } from "@opl/money";
import { nameOf } from "./name-id.ts";
import type { NameId } from "./name-id.ts";

/** An entry of a bank with exact amounts. */
export interface Entry extends Omit<AspspTransaction, "amount" | "originalAmount"> {
  readonly amount: Amount;
  readonly originalAmount: Amount | null;
}

/** @throws AmountError when an amount is not exact */
export function readEntry(wire: AspspTransaction): Entry {
  return { ...wire, amount: fromWire(wire.amount), originalAmount: wire.originalAmount === null ? null : fromWire(wire.originalAmount) };
}

/** An entry with what makes it itself. */
export interface IdentifiedEntry {
  readonly entry: Entry;
  /** Same content, same key. All that the ledger keeps of an entry is in it but the bank's id and where it was read. */
  readonly contentKey: string;
  /** The bank's id with the booking date where the bank keeps ids, else the content. */
  readonly identityKey: string;
  readonly byReference: boolean;
}

/**
 * Says which transaction an entry is. Banks repeat the reference of a standing order every month, so the reference counts
 * together with the booking date. Without a reference, or where the bank makes new ones at each reading, the whole content
 * is the identity and equal entries are told apart by counting them.
 */
export function identify(
  entry: Entry,
  { entryReferencesStable, nameId }: { readonly entryReferencesStable: boolean; readonly nameId: NameId },
): IdentifiedEntry {
  const contentKey = nameId(contentOf(entry));
  const byReference = entryReferencesStable && entry.entryReference !== null;
  return { entry, contentKey, byReference, identityKey: byReference ? nameId(nameOf("reference", entry.entryReference, entry.bookingDate)) : contentKey };
}

function contentOf({ amount, originalAmount, counterparty, ...entry }: Entry): string {
  return nameOf(
    "content",
    entry.bookingDate,
    entry.valueDate,
    amount.minor.toString(),
    amount.currency,
    originalAmount === null ? null : originalAmount.minor.toString(),
    originalAmount?.currency ?? null,
    counterparty.name,
    counterparty.iban,
    counterparty.bic,
    entry.remittanceInformation,
    entry.reference,
    entry.proprietaryCode,
  );
}

/**
 * The id of a booked transaction, made from what it was when it was first seen: the order in which a bank lists its
 * entries, and how it cuts them into pages, change nothing. `occurrence` tells true twins apart.
 */
export function transactionIdOf(accountId: string, { identityKey, contentKey }: IdentifiedEntry, occurrence: number, nameId: NameId): string {
  return nameId(nameOf("booked", accountId, identityKey, contentKey, occurrence));
}

/** Pending entries have ids of their own; a booked one never takes one over. */
export function pendingIdOf(accountId: string, { contentKey }: IdentifiedEntry, occurrence: number, nameId: NameId): string {
  return nameId(nameOf("pending", accountId, contentKey, occurrence));
}
