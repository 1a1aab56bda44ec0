import type { Bank } from "../bank.ts";
import type { PaymentView } from "../../pages/payment.ts";

/** What a person sees of the payments they are asked to approve, and the account the third party proposes to pay from. */
export function paymentsToApprove(
  bank: Pick<Bank, "payments">,
  authorizationId: string,
): { readonly payments: readonly PaymentView[]; readonly payerIban: string | undefined } {
  const open = bank.payments.ofBundle(authorizationId).filter((each) => !each.revoked);
  return {
    payments: open.map(({ instruction, count }) => ({
      payee: instruction.payeeName,
      account: instruction.payeeAccount,
      amount: instruction.amount,
      currency: instruction.currency,
      message: instruction.message,
      reference: instruction.reference,
      count,
    })),
    payerIban: open.find((each) => each.instruction.payerIban !== undefined)?.instruction.payerIban,
  };
}
