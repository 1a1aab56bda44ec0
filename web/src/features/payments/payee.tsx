import { Trans } from "@lingui/react/macro";
import type { Payment } from "./payments-api.ts";

/** An account number as people read it: in groups of four. */
export function grouped(number: string): string {
  return number.replace(/\s/g, "").replace(/(.{4})(?=.)/g, "$1\u00a0");
}

export function accountOf({ instruction }: Pick<Payment, "instruction">): string {
  return instruction.scheme === "sepa" ? instruction.creditor.iban : instruction.creditor.account.id;
}

/** What the payee will read beside the money. */
export function Note({ payment: { instruction } }: { payment: Pick<Payment, "instruction"> }) {
  const { remittance } = instruction;
  if (remittance.kind === "message") return <>{remittance.text}</>;
  const reference = remittance.reference.startsWith("RF") ? grouped(remittance.reference) : remittance.reference;
  return <Trans>Reference {reference}</Trans>;
}
