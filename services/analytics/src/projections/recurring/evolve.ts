import type { CategoryReason } from "@opl/contracts/model";
import { cleanCounterparty } from "../../domain/counterparty.ts";
import { type Series, detectRecurring } from "../../domain/recurrence/detect.ts";
import type { LedgerRow } from "../ledger/evolve.ts";

/** What repeats among all entries of one person. Worked out whole: one more entry can make, change or end a series. */
export function evolve(rows: readonly LedgerRow[], categories: ReadonlyMap<string, CategoryReason>): Series[] {
  const booked = rows.filter((row) => !row.pending);
  return detectRecurring(
    booked.map((row) => {
      const { name, key } = cleanCounterparty(row.counterpartyName, row.remittanceInformation);
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
