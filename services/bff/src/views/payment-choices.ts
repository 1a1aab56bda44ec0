import type { listPaymentChoices } from "@opl/contracts/http/bff-payments";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { ResponseInputOf } from "@opl/contracts/http";
import type { Aspsp, PaymentOrder, PaymentStatus } from "@opl/contracts/model";
import { headlineBalance } from "./balance.ts";
import { maskNumber } from "./masked-number.ts";

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

/** Of an execution that the bank was given and did not turn away. */
const sent: ReadonlySet<PaymentStatus> = new Set(["submitted", "accepted", "pending", "debited", "credited"]);

/** Whom money was sent to before, once each, as named the last time, the latest first. Who was only written down may be written with a slip. */
function payeesOf(orders: readonly PaymentOrder[]): Choices["payees"] {
  const paid = orders
    .flatMap(({ payments }) => payments)
    .flatMap(({ instruction, executions }) => {
      const last = executions.findLast(({ status }) => sent.has(status));
      if (instruction.scheme !== "sepa" || last === undefined) return [];
      const { name, iban } = instruction.creditor;
      return [{ name, iban, on: last.dueDate }];
    })
    .toSorted((a, b) => b.on.localeCompare(a.on));
  const payees = new Map<string, Choices["payees"][number]>();
  for (const { name, iban } of paid) if (!payees.has(iban)) payees.set(iban, { name, iban });
  return [...payees.values()].slice(0, mostPayees);
}
