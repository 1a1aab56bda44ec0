import { matching, object, optional, required, text, type Rule } from "../body-rules.ts";
import type { Violation } from "../refusal.ts";
import { centsFor, isPaidHere } from "./exchange.ts";
import { isBic, isIban, isInEconomicArea } from "./payment-identifiers.ts";
import { countryCode, euroAmount, message, payer } from "./sepa-rules.ts";

/** What P5 takes, once every rule held. */
export interface ForeignRequest {
  readonly amount: string;
  readonly currency: string;
  readonly payee: {
    readonly name: string;
    readonly bankAccount: { readonly id: string; readonly schemeName: "IBAN" | "BBAN"; readonly issuer?: string };
    readonly financialInstitution: { readonly bic?: string };
    readonly foreignAddress: { readonly country: string };
  };
  readonly payer?: { readonly iban: string };
  readonly message: string;
  readonly detailsOfCharges?: "SHA" | "OUR";
  readonly paymentOrder?: "NORM" | "HIGH";
  readonly exchangeRateReference?: string;
}

const line = (max: number): Rule => text({ max });
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const bankAccount: Rule = object(
  { id: required(text({ max: 35 })), schemeName: required(text({ max: 10 })), issuer: optional(line(35)) },
  ({ id, schemeName }, path) => {
    const at = `${path}.id`;
    if (schemeName === "IBAN") return matching(isIban, "Iban", "is not a valid IBAN")(String(id), at);
    if (schemeName === "BBAN") return matching((each) => /^\d+$/.test(each), "InvalidValue", "must have only digits")(String(id), at);
    return [{ type: "InvalidValue", path: `${path}.schemeName`, message: `${path}.schemeName must be IBAN or BBAN` }];
  },
);

const financialInstitution: Rule = object(
  {
    bic: optional(text({ max: 20 }, matching(isBic, "ValidBic", "is not a BIC"))),
    clearingSystemId: optional(line(35)),
    name: optional(line(70)),
    foreignBankAddress: optional(object({ address: required(line(70)), city: required(line(35)), country: required(countryCode) })),
  },
  ({ bic, clearingSystemId, foreignBankAddress }, path) => {
    const addressed = [bic, clearingSystemId, foreignBankAddress].some(isGiven);
    if (addressed && !(isGiven(bic) && isGiven(clearingSystemId))) return [];
    return [{ type: "CreditorBicOrAddress", path, message: "Give a BIC, a clearing id or the address of the bank; BIC and clearing id exclude each other" }];
  },
);

const payee: Rule = object(
  {
    name: required(line(70)),
    bankAccount: required(bankAccount),
    financialInstitution: required(financialInstitution),
    foreignAddress: required(object({ addressLine1: required(line(70)), addressLine2: required(line(70)), country: required(countryCode) })),
  },
  (value, path) => {
    const { bankAccount: account, financialInstitution: bank } = value as unknown as ForeignRequest["payee"];
    const country = bankCountry(value as unknown as ForeignRequest["payee"]);
    if (!isInEconomicArea(country) || (bank.bic !== undefined && account.schemeName === "IBAN")) return [];
    return [{ type: "EuEtaValid", path, message: "A payee in the European economic area needs BIC and IBAN" }];
  },
);

/** The country of the payee's bank, as well as the payment tells it. */
function bankCountry({ bankAccount: account, financialInstitution: bank, foreignAddress }: ForeignRequest["payee"]): string {
  if (account.schemeName === "IBAN") return account.id.slice(0, 2);
  return bank.bic?.slice(4, 6) ?? (bank as { foreignBankAddress?: { country: string } }).foreignBankAddress?.country ?? foreignAddress.country;
}

/** Every rule for the body of P5. Foreign payments stand alone and are paid once. */
export const foreignPayment: Rule = object(
  {
    amount: required(line(20)),
    currency: required(text({ min: 3, max: 3 }, matching(isPaidHere, "InvalidValue", "is not paid in by this bank"))),
    payee: required(payee),
    payer: optional(payer),
    message: required(message),
    detailsOfCharges: optional(
      text(
        { max: 10 },
        matching((each) => ["SHA", "OUR"].includes(each), "ValidDetailOfCharges", "must be SHA or OUR"),
      ),
    ),
    paymentOrder: optional(
      text(
        { max: 10 },
        matching((each) => ["NORM", "HIGH"].includes(each), "ValidPaymentOrder", "must be NORM or HIGH"),
      ),
    ),
    exchangeRateReference: optional(line(35)),
    count: optional((value, path) =>
      value === 1 ? [] : [{ type: "ValidForeignPaymentRecurrence", path, message: `${path} must be 1: foreign payments do not recur` }],
    ),
  },
  (value) => [...amountIn(value), ...orderOf(value as unknown as ForeignRequest)],
);

function amountIn({ amount, currency }: Readonly<Record<string, unknown>>): readonly Violation[] {
  if (currency === "EUR") return euroAmount(amount, "amount");
  const cents = centsFor(String(amount), String(currency));
  if (cents === undefined) return [{ type: "InvalidValue", path: "amount", message: `amount is not an exact amount of ${String(currency)}` }];
  return cents > 0n ? [] : [{ type: "Min", path: "amount", message: "amount must be more than 0", value: "0", inclusive: false }];
}

/** An urgent payment reaches only a bank with a BIC. */
function orderOf({ paymentOrder, payee: { financialInstitution: bank } }: ForeignRequest): readonly Violation[] {
  if (paymentOrder !== "HIGH" || bank.bic !== undefined) return [];
  return [{ type: "PaymentOrder", path: "paymentOrder", message: "An urgent payment needs the BIC of the payee's bank" }];
}
