import type { CategoryReason } from "@opl/contracts/model";
import { type CleanCounterparty, cleanCounterparty, counterpartyTextOf } from "../../domain/counterparty.ts";
import { type Series, detectRecurring } from "../../domain/recurrence/detect.ts";
import type { SettledRow } from "../ledger/store.ts";

/** What repeats among all entries of one person. Worked out whole: one more entry can make, change or end a series. */
export function evolve(rows: readonly SettledRow[], categories: ReadonlyMap<string, CategoryReason>): Series[] {
  const booked = rows.filter((row) => !row.pending);
  const cleaned = new Map<string, CleanCounterparty>();
  return detectRecurring(
    booked.map((row) => {
      const text = counterpartyTextOf(row);
      const { name, key } = cleaned.get(text) ?? cleanCounterparty(text);
      cleaned.set(text, { name, key });
      return {
        transactionId: row.transactionId,
        accountId: row.accountId,
        currency: row.currency,
        amountMinor: row.amountMinor,
        bookingDate: row.bookingDate,
        category: categories.get(row.transactionId)?.category ?? row.category,
        counterpartyName: name,
        counterpartyKey: key,
        reference: row.reference,
      };
    }),
  );
}
