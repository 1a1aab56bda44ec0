import type { PaymentInstruction, PaymentSchedule } from "@opl/contracts/model";
import { newId } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { advanceOrder } from "../usecases/advance-order.ts";
import { bidFarewell } from "../usecases/bid-farewell.ts";
import { executePayment } from "../usecases/execute-payment.ts";
import { putPaymentOrder } from "../usecases/put-payment-order.ts";
import type { PutPaymentOrderInput } from "../usecases/put-payment-order.ts";
import { startPaymentAuthorisation } from "../usecases/start-payment-authorisation.ts";
import { returned } from "./harness.ts";
import type { Harness, Person } from "./harness.ts";

export const once: PaymentSchedule = { firstDate: null, every: null, count: 1 };
export const electricity: PaymentInstruction = {
  scheme: "sepa",
  amount: { amount: "12.50", currency: "EUR" },
  creditor: { iban: "FI2112345600000785", name: "Sähkö Oy", address: null, country: null },
  remittance: { kind: "reference", reference: "1232" },
};

/** What a page would put. */
export function wanted({ psu }: Person, schedules: readonly PaymentSchedule[] = [once]): PutPaymentOrderInput {
  const payments = schedules.map((schedule) => ({ paymentId: newId(), instruction: electricity, schedule }));
  return { psu, paymentOrderId: newId(), aspspId: "op-fi", debtorIban: null, payments };
}

/** The button, the bank's page, the way back; the runner is left to the test. */
export async function pay({ ctx, gateway, comeBack }: Harness, person: Person, order = wanted(person)): Promise<PutPaymentOrderInput> {
  await putPaymentOrder(ctx, order);
  const state = await goToBank(ctx, person, order.paymentOrderId);
  gateway.decide(order.paymentOrderId, "authorised");
  const completed = await comeBack(person, returned({ state }));
  if (completed.outcome !== "authorised") throw new Error(`the straight path ended ${JSON.stringify(completed)}`);
  return order;
}

/** @returns the state that comes back */
export async function goToBank(ctx: ConsentContext, { psu, sessionBinding }: Person, paymentOrderId: string): Promise<string> {
  const { redirectUrl } = await startPaymentAuthorisation(ctx, { psu, paymentOrderId, sessionBinding });
  return new URL(redirectUrl).searchParams.get("state") ?? "";
}

/** Everything that is due now. */
export async function runPayments(ctx: ConsentContext): Promise<void> {
  for (const step of [advanceOrder, executePayment, bidFarewell]) while ((await step(ctx)).kind !== "nothing");
}
