import type { listPaymentChoices } from "@opl/contracts/http/bff-payments";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { ResponseInputOf } from "@opl/contracts/http";
import type { Aspsp, Payment, PaymentOrder } from "@opl/contracts/model";
import { headlineBalance } from "./balance.ts";
import { maskNumber } from "./masked-number.ts";
import { hasMoved } from "./payment.ts";

type Choices = ResponseInputOf<typeof listPaymentChoices>;

const mostPayees = 200;

/** Where a payment may come from and go to, and which day it is at the banks. */
export function paymentChoices(
  accounts: readonly LedgerAccount[],
  banks: readonly Aspsp[],
  orders: readonly PaymentOrder[],
  today: Temporal.PlainDate,
): Choices {
  const paying = banks.filter((bank) => bank.registered && bank.capabilities.includes("payments"));
  return {
    banks: paying.map(({ aspspId, name, paymentSchemes }) => ({ aspspId, name, foreign: paymentSchemes?.includes("foreign") ?? false })),
    accounts: accounts
      .filter((account) => mayPayFrom(account) && paying.some(({ aspspId }) => aspspId === account.aspspId))
      .map(({ accountId, aspspId, name, iban, balances }) => ({
        accountId,
        aspspId,
        name,
        maskedNumber: maskNumber(iban),
        balance: headlineBalance(balances)?.amount ?? null,
      })),
    payees: payeesOf(orders),
    today: today.toString(),
  };
}

export function mayPayFrom({ connected, iban }: LedgerAccount): boolean {
  return connected && iban !== null;
}

/** Everybody paid or meant to be paid before, once each, as last named; whom one pays most recently first. */
function payeesOf(orders: readonly PaymentOrder[]): Choices["payees"] {
  const payees = new Map<string, Choices["payees"][number]>();
  for (const payment of orders.flatMap(({ payments }) => payments)) {
    if (payment.instruction.scheme !== "sepa") continue;
    const { name, iban } = payment.instruction.creditor;
    const known = payees.get(iban);
    payees.set(iban, { name: known?.name ?? name, iban, lastPaidOn: later(known?.lastPaidOn ?? null, lastPaidOn(payment)) });
  }
  return [...payees.values()].slice(0, mostPayees).toSorted((a, b) => (b.lastPaidOn ?? "").localeCompare(a.lastPaidOn ?? ""));
}

function lastPaidOn({ executions }: Payment): string | null {
  return executions.findLast(hasMoved)?.dueDate ?? null;
}

function later(a: string | null, b: string | null): string | null {
  return (a ?? "") > (b ?? "") ? a : b;
}
