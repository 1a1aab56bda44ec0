import type { PaymentInstruction } from "@opl/contracts/model";
import { AmountError, fromWire, toWire } from "@opl/money";
import type { PaymentRequest } from "../../adapters/bank-adapter.ts";
import { errors } from "../../errors.ts";

type Sepa = Extract<PaymentInstruction, { scheme: "sepa" }>;
type Foreign = Extract<PaymentInstruction, { scheme: "foreign" }>;

/** A member of the instruction that this bank would refuse, and why, in one word. */
interface Misfit {
  readonly field: string;
  readonly reason: string;
}

/** European Economic Area: there a payee is named by BIC and IBAN. */
const economicArea: ReadonlySet<string> = new Set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(" "));

/**
 * The body of P1 or P5, exactly as it is sent and signed. Rules of the scheme are judged here, so that nothing leaves that the bank must
 * refuse; whether an IBAN or a reference is right by its check digits was judged where it entered.
 * @throws ERR_PAYMENT_UNFIT
 */
export function writeOpPayment(payment: PaymentRequest): string {
  const { instruction } = payment;
  const misfits = instruction.scheme === "sepa" ? sepaMisfits(instruction, payment) : foreignMisfits(instruction, payment);
  if (misfits.length > 0) throw errors.ERR_PAYMENT_UNFIT({ details: { fields: misfits } });
  return JSON.stringify(instruction.scheme === "sepa" ? sepaBody(instruction, payment) : foreignBody(instruction, payment));
}

function sepaMisfits({ amount, creditor }: Sepa, { beside }: PaymentRequest): readonly Misfit[] {
  const found: Misfit[] = [];
  if (beside.includes("foreign")) found.push({ field: "paymentOrderId", reason: "foreign-alone" });
  if (amount.currency !== "EUR") found.push({ field: "amount.currency", reason: "euro-only" });
  if (!isExact(amount)) found.push({ field: "amount.amount", reason: "decimals" });
  if (!creditor.iban.startsWith("FI")) {
    if (creditor.address === null) found.push({ field: "creditor.address", reason: "required-abroad" });
    if (creditor.country === null) found.push({ field: "creditor.country", reason: "required-abroad" });
  }
  return found;
}

function foreignMisfits({ amount, creditor, remittance }: Foreign, { count, beside }: PaymentRequest): readonly Misfit[] {
  const { account, agent } = creditor;
  const found: Misfit[] = [];
  if (!isExact(amount)) found.push({ field: "amount.amount", reason: "decimals" });
  if (count !== 1) found.push({ field: "count", reason: "once-only" });
  if (beside.length > 0) found.push({ field: "paymentOrderId", reason: "foreign-alone" });
  if (remittance.kind !== "message") found.push({ field: "remittance", reason: "message-only" });
  if (agent.bic === null && agent.clearingSystemId === null && agent.address === null) found.push({ field: "creditor.agent", reason: "required" });
  if (agent.bic !== null && agent.clearingSystemId !== null) found.push({ field: "creditor.agent.clearingSystemId", reason: "bic-or-clearing-id" });
  if (creditor.address.line2 === null) found.push({ field: "creditor.address.line2", reason: "required" });
  const country = account.scheme === "IBAN" ? account.id.slice(0, 2) : (agent.bic?.slice(4, 6) ?? agent.address?.country ?? creditor.address.country);
  if (economicArea.has(country)) {
    if (agent.bic === null) found.push({ field: "creditor.agent.bic", reason: "required-in-eea" });
    if (account.scheme !== "IBAN") found.push({ field: "creditor.account", reason: "iban-in-eea" });
  }
  return found;
}

function sepaBody({ amount, creditor, remittance }: Sepa, { debtorIban, count, aspspAuthorisationId }: PaymentRequest): object {
  return {
    amountEUR: toWire(fromWire(amount)).amount,
    payee: { iban: creditor.iban, name: creditor.name, ...present({ address: creditor.address, country: creditor.country }) },
    ...payerOf(debtorIban),
    ...(remittance.kind === "message" ? { message: remittance.text } : { reference: remittance.reference }),
    ...(count === 1 ? {} : { count }),
    ...(aspspAuthorisationId === undefined ? {} : { authorizationId: aspspAuthorisationId }),
  };
}

function foreignBody({ amount, creditor, remittance, chargeBearer, urgent }: Foreign, { debtorIban }: PaymentRequest): object {
  const { account, agent, address } = creditor;
  return {
    amount: toWire(fromWire(amount)).amount,
    currency: amount.currency,
    payee: {
      name: creditor.name,
      bankAccount: { id: account.id, schemeName: account.scheme, issuer: issuerOf(creditor) },
      financialInstitution: present({ bic: agent.bic, clearingSystemId: agent.clearingSystemId, name: agent.name, foreignBankAddress: agent.address }),
      foreignAddress: { addressLine1: address.line1, addressLine2: address.line2, country: address.country },
    },
    ...payerOf(debtorIban),
    ...(remittance.kind === "message" ? { message: remittance.text } : {}),
    detailsOfCharges: chargeBearer === "debtor" ? "OUR" : "SHA",
    paymentOrder: urgent ? "HIGH" : "NORM",
  };
}

/** Who gave out the account number, as the payment names them. */
function issuerOf({ account, agent }: Foreign["creditor"]): string {
  return (agent.bic ?? agent.clearingSystemId ?? agent.name ?? account.scheme).slice(0, 35);
}

function payerOf(debtorIban: string | null): object {
  return debtorIban === null ? {} : { payer: { iban: debtorIban } };
}

/** The bank knows no null: what is not there is left out. */
function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function isExact(amount: PaymentInstruction["amount"]): boolean {
  try {
    fromWire(amount);
    return true;
  } catch (error) {
    if (error instanceof AmountError) return false;
    throw error;
  }
}
