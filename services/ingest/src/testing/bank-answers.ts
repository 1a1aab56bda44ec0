import type { AspspAccount, AspspBalance, AspspTransaction } from "@opl/contracts/model";

const raw = { hash: "ab".repeat(32), pointer: "" };

/** An account as a bank tells it; valid by default, override what matters. */
export function anAccount(change: Partial<AspspAccount> = {}): AspspAccount {
  return {
    resourceId: "r1",
    kind: "current",
    iban: "FI2112345600000785",
    maskedPan: null,
    bic: "OKOYFIHH",
    currency: "EUR",
    name: "Käyttötili",
    ownerName: "Aino Virtanen",
    raw: { ...raw, pointer: "/0" },
    ...change,
  };
}

export function aBalance(amount: string, change: Partial<AspspBalance> = {}): AspspBalance {
  return { type: "interimBooked", amount: { amount, currency: "EUR" }, asOf: "2026-11-22T10:00:00Z", raw: { ...raw, pointer: "/0/netBalance" }, ...change };
}

export function aTransaction(
  change: Partial<Omit<AspspTransaction, "amount">> & { readonly amount?: string; readonly currency?: string } = {},
): AspspTransaction {
  const { amount = "-10.00", currency = "EUR", ...rest } = change;
  return {
    entryReference: null,
    bookingStatus: "booked",
    amount: { amount, currency },
    originalAmount: null,
    bookingDate: "2026-11-20",
    valueDate: "2026-11-20",
    counterparty: { name: "Kauppa", iban: null, bic: null },
    remittanceInformation: "Ostos",
    reference: null,
    proprietaryCode: "KORTTIOSTO",
    raw: { ...raw, pointer: "/transactions/0" },
    ...rest,
  };
}

/** So many different transactions, newest first, a few on each day. */
export function manyTransactions(count: number, change: (index: number) => Parameters<typeof aTransaction>[0] = () => ({})): AspspTransaction[] {
  const last = Temporal.PlainDate.from("2026-11-20");
  return Array.from({ length: count }, (_, index) =>
    aTransaction({
      entryReference: `E${index}`,
      amount: `-${1 + (index % 97)}.${String(index % 100).padStart(2, "0")}`,
      bookingDate: last.subtract({ days: Math.floor(index / 5) }).toString(),
      ...change(index),
    }),
  );
}
