import type { PersonBooks } from "../../sandbox/src/people/books.ts";
import { secondBank } from "../../sandbox/src/people/households/second-bank.ts";
import { residents } from "../../sandbox/src/people/residents.ts";
import { dayNumber } from "../../services/analytics/src/domain/calendar.ts";
import type { SettledRow } from "../../services/analytics/src/projections/ledger/store.ts";

const psuId = "a";
const today = Temporal.PlainDate.from("2026-11-20");
const begins = today.subtract({ days: 729 });
export const firstDay = dayNumber(begins.toString());
export const lastDay = dayNumber(today.toString());

/** Households of the sandbox bank, and what they keep at a second one, by three seeds. */
export const households = ["one-point-ledger", "another", "third"].flatMap((seed) =>
  [...residents.slice(0, 2), secondBank({ psuId: "77777771", name: "Aino Hiekkalaatikko-Testinen", prefix: "71" })].map((resident) =>
    resident.generate({ seed, begins, today }),
  ),
);

/** The accounts of a household as analytics has them. */
export function ledgerOf({ accounts }: PersonBooks) {
  return {
    accounts: accounts.map(({ accountId, currency, productName, iban, owner }) => ({
      psuId,
      accountId,
      consentId: "c",
      aspspId: "op",
      kind: "current" as const,
      currency,
      name: productName,
      iban,
      ownerName: owner,
      version: 1n,
      generation: 0,
    })),
    rows: accounts.flatMap(({ accountId, currency, bookings }) =>
      bookings.map((booking): SettledRow => {
        const outgoing = booking.amountMinor < 0n;
        return {
          psuId,
          transactionId: `${accountId} ${String(booking.sequence).padStart(6, "0")}`,
          accountId,
          pending: false,
          bookingDate: booking.bookingDate,
          amountMinor: booking.amountMinor,
          currency,
          counterpartyName: (outgoing ? booking.recipient?.name : booking.payerName) ?? null,
          counterpartyIban: (outgoing ? booking.recipient?.identifier : undefined) ?? null,
          remittanceInformation: booking.message ?? null,
          reference: booking.reference ?? null,
          proprietaryCode: booking.description,
          category: "other",
          ruleId: "",
          matched: null,
          confidence: "guess",
          rulesVersion: 0,
          recurringId: null,
        };
      }),
    ),
  };
}

export type Ledger = ReturnType<typeof ledgerOf>;
