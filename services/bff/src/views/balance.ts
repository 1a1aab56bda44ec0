import type { z } from "zod";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { amountWire } from "@opl/contracts/model";

type Balance = LedgerAccount["balances"][number];

/** What a person means by "the balance": money that is booked; only where a bank tells none, the nearest thing to it. */
const headlineOrder = ["interimBooked", "closingBooked", "expected", "openingBooked", "interimAvailable", "forwardAvailable"] as const;
/** What may still be spent. */
const availableOrder = ["interimAvailable", "forwardAvailable"] as const;

export function headlineBalance(balances: readonly Balance[]): Balance | null {
  return firstOf(headlineOrder, balances);
}

export function availableBalance(balances: readonly Balance[]): z.infer<typeof amountWire> | null {
  return firstOf(availableOrder, balances)?.amount ?? null;
}

function firstOf(order: readonly Balance["type"][], balances: readonly Balance[]): Balance | null {
  for (const type of order) {
    const [newest] = balances.filter((balance) => balance.type === type).toSorted(newestFirst);
    if (newest !== undefined) return newest;
  }
  return null;
}

function newestFirst(a: Balance, b: Balance): number {
  return Temporal.Instant.compare(b.asOf, a.asOf);
}
