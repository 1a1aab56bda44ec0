import type { CategoryReason } from "@opl/contracts/model";
import { type CleanCounterparty, cleanCounterparty, counterpartyTextOf } from "../domain/counterparty.ts";
import type { Occurrence } from "../domain/recurrence/detect.ts";
import type { SettledRow } from "./ledger/store.ts";

/** The booked entries of one person as rules that look at all of them together see them: with their counterparties cleaned. */
export function occurrencesOf(rows: readonly SettledRow[], categories: ReadonlyMap<string, CategoryReason>): Occurrence[] {
  const cleaned = new Map<string, CleanCounterparty>();
  return rows.flatMap((row) => {
    if (row.pending) return [];
    const text = counterpartyTextOf(row);
    const { name, key } = cleaned.get(text) ?? cleanCounterparty(text);
    cleaned.set(text, { name, key });
    return [
      {
        transactionId: row.transactionId,
        accountId: row.accountId,
        currency: row.currency,
        amountMinor: row.amountMinor,
        bookingDate: row.bookingDate,
        category: categories.get(row.transactionId)?.category ?? row.category,
        counterpartyName: name,
        counterpartyKey: key,
        reference: row.reference,
      },
    ];
  });
}
