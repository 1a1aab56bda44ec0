import type { AmountWire, PaymentInstruction, PaymentSchedule } from "@opl/contracts/model";
import { AmountError, amountOf, compare, fromWire } from "@opl/money";
import { electronicIban, isBic } from "./account-number.ts";
import { isCreditorReference, isFinnishReference } from "./reference.ts";

/** What can be wrong; stable, so that a page has a text for each. */
export type PaymentProblem =
  | "iban"
  | "iban-not-electronic"
  | "bic"
  | "bank-of-payee"
  | "account-number-country"
  | "payee-address"
  | "reference"
  | "amount"
  | "amount-too-large"
  | "currency"
  | "message-required"
  | "first-date-past"
  | "first-date-too-far"
  | "repetition"
  | "repetition-foreign"
  | "foreign-alone";

export interface Finding {
  /** Position in the order, from 0. */
  readonly payment: number;
  readonly field: "creditor" | "amount" | "remittance" | "schedule" | "scheme";
  readonly problem: PaymentProblem;
}

interface PaymentToJudge {
  readonly instruction: PaymentInstruction;
  readonly schedule: PaymentSchedule;
}

/** The most that one SEPA credit transfer can carry. */
const sepaMost = amountOf(99_999_999_999n, "EUR");
const furthestDays = 366;
/** Where a payee's bank is known by BIC and IBAN alone. */
const bicAndIban = new Set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(" "));

/**
 * Everything that is wrong with the payments of one order, as far as it can be seen without the bank. `today` is the day at the bank.
 */
export function judgePayments(payments: readonly PaymentToJudge[], today: Temporal.PlainDate): readonly Finding[] {
  return payments.flatMap((payment, index) => [
    ...creditorProblems(payment.instruction).map((problem) => ({ payment: index, field: "creditor" as const, problem })),
    ...instructionAmountProblems(payment.instruction).map((problem) => ({ payment: index, field: "amount" as const, problem })),
    ...remittanceProblems(payment.instruction).map((problem) => ({ payment: index, field: "remittance" as const, problem })),
    ...scheduleProblems(payment, today).map((problem) => ({ payment: index, field: "schedule" as const, problem })),
    // Banks approve a payment abroad by itself.
    ...(payment.instruction.scheme === "foreign" && payments.length > 1
      ? [{ payment: index, field: "scheme" as const, problem: "foreign-alone" as const }]
      : []),
  ]);
}

/** Empty, or why this text is no IBAN that a payment may name. */
export function ibanProblems(text: string): readonly PaymentProblem[] {
  const electronic = electronicIban(text);
  if (electronic === null) return ["iban"];
  return electronic === text ? [] : ["iban-not-electronic"];
}

function creditorProblems(instruction: PaymentInstruction): readonly PaymentProblem[] {
  if (instruction.scheme === "sepa") {
    const { iban, address, country } = instruction.creditor;
    const abroad = !iban.startsWith("FI");
    return [...ibanProblems(iban), ...(abroad && (address === null || country === null) ? ["payee-address" as const] : [])];
  }
  const { account, agent, address } = instruction.creditor;
  const { bic, clearingSystemId } = agent;
  return [
    ...(account.scheme === "IBAN" ? ibanProblems(account.id) : []),
    ...(bic !== null && !isBic(bic) ? ["bic" as const] : []),
    // One way to find the bank, and not two that may disagree.
    ...((bic === null && clearingSystemId === null && agent.address === null) || (bic !== null && clearingSystemId !== null) ? ["bank-of-payee" as const] : []),
    ...(bicAndIban.has(bic?.slice(4, 6) ?? address.country) && (bic === null || account.scheme !== "IBAN") ? ["account-number-country" as const] : []),
  ];
}

function instructionAmountProblems({ scheme, amount }: PaymentInstruction): readonly PaymentProblem[] {
  return scheme === "sepa" && amount.currency !== "EUR" ? ["currency"] : amountProblems(amount);
}

/** Empty, or why this is no amount to pay or to ask for. */
export function amountProblems(wire: AmountWire): readonly PaymentProblem[] {
  try {
    const amount = fromWire(wire);
    if (amount.minor <= 0n) return ["amount"];
    return amount.currency === "EUR" && compare(amount, sepaMost) > 0 ? ["amount-too-large"] : [];
  } catch (error) {
    if (error instanceof AmountError) return [error.reason === "currency" ? "currency" : "amount"];
    throw error;
  }
}

function remittanceProblems({ scheme, remittance }: PaymentInstruction): readonly PaymentProblem[] {
  if (remittance.kind === "message") return [];
  if (scheme === "foreign") return ["message-required"];
  return isFinnishReference(remittance.reference) || isCreditorReference(remittance.reference) ? [] : ["reference"];
}

function scheduleProblems({ instruction, schedule }: PaymentToJudge, today: Temporal.PlainDate): readonly PaymentProblem[] {
  const { firstDate, every, count } = schedule;
  if (instruction.scheme === "foreign" && (count > 1 || firstDate !== null || every !== null)) return ["repetition-foreign"];
  const problems: PaymentProblem[] = every === null && count > 1 ? ["repetition"] : [];
  if (firstDate === null) return problems;
  const days = today.until(firstDate, { largestUnit: "days" }).days;
  if (days < 0) problems.push("first-date-past");
  if (days > furthestDays) problems.push("first-date-too-far");
  return problems;
}
