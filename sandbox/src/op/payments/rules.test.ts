import { describe, expect, it } from "vitest";
import { foreignPayment } from "./foreign-rules.ts";
import { isIban, isPaymentReference } from "./payment-identifiers.ts";
import { sepaPayment } from "./sepa-rules.ts";

const sepa = { amountEUR: "12.50", payee: { iban: "FI2112345600000785", name: "Maija" }, message: "Lunch" };
const german = { iban: "DE89370400440532013000", name: "Hans", address: ["Straße 1", "10115 Berlin"], country: "DE" };
const foreign = {
  amount: "100.00",
  currency: "USD",
  payee: {
    name: "Example Corp",
    bankAccount: { id: "123456789", schemeName: "BBAN" },
    financialInstitution: { bic: "CHASUS33" },
    foreignAddress: { addressLine1: "1 Main Street", addressLine2: "New York", country: "US" },
  },
  message: "Invoice 7",
};

const found = (violations: readonly { type: string; path?: string }[]): string[] => violations.map(({ type, path }) => `${type} ${path ?? "-"}`);
const inSepa = (overrides: object): string[] => found(sepaPayment({ ...sepa, ...overrides }, ""));
const inForeign = (overrides: object): string[] => found(foreignPayment({ ...foreign, ...overrides }, ""));
const inPayee = (overrides: object): string[] => inForeign({ payee: { ...foreign.payee, ...overrides } });

describe("account numbers and references", () => {
  it.each([
    ["FI2112345600000785", true],
    ["FI2112345600000786", false],
    ["FI211234560000078", false],
    ["fi2112345600000785", false],
    ["DE89370400440532013000", true],
    ["GB29NWBK60161331926819", true],
    ["BR1800360305000010009795493C1", true],
    ["", false],
  ])("the IBAN %s: %s", (iban, right) => expect(isIban(iban)).toBe(right));

  it.each([
    ["1232", true],
    ["00000000000000001232", true],
    ["1233", false],
    ["123", false],
    ["000000123", false],
    ["RF18539007547034", true],
    ["RF19539007547034", false],
    ["RF18", false],
    ["12 32", false],
  ])("the reference %s: %s", (reference, right) => expect(isPaymentReference(reference)).toBe(right));
});

describe("a SEPA payment", () => {
  it.each<[string, object]>([
    ["a message", {}],
    ["a Finnish reference", { message: undefined, reference: "1232" }],
    ["a creditor reference", { message: undefined, reference: "RF18539007547034" }],
    ["whole euros", { amountEUR: "7" }],
    ["null for what is left out", { payer: null, reference: null, count: null }],
    ["a payee abroad with an address", { payee: german }],
    [
      "a payer, a count and others it is paid for",
      { payer: { iban: "FI8659986920068681" }, count: 12, ultimatePayee: { name: "A" }, originalPayer: { name: "B" } },
    ],
  ])("is right with %s", (_what, overrides) => expect(inSepa(overrides)).toEqual([]));

  it.each<[string, object, string]>([
    ["no amount", { amountEUR: undefined }, "Required amountEUR"],
    ["a number as amount", { amountEUR: 12.5 }, "TypeMismatch amountEUR"],
    ["words as amount", { amountEUR: "a lot" }, "InvalidValue amountEUR"],
    ["a comma", { amountEUR: "12,50" }, "InvalidValue amountEUR"],
    ["one decimal", { amountEUR: "12.5" }, "EuroCents amountEUR"],
    ["three decimals", { amountEUR: "12.500" }, "EuroCents amountEUR"],
    ["nothing", { amountEUR: "0.00" }, "Min amountEUR"],
    ["less than nothing", { amountEUR: "-1.00" }, "Min amountEUR"],
    ["too much", { amountEUR: "1000000000.00" }, "Max amountEUR"],
    ["no payee", { payee: undefined }, "Required payee"],
    ["a text as payee", { payee: "Maija" }, "TypeMismatch payee"],
    ["no name", { payee: { iban: sepa.payee.iban } }, "Required payee.name"],
    ["a long name", { payee: { ...sepa.payee, name: "x".repeat(71) } }, "Size payee.name"],
    ["wrong check digits", { payee: { ...sepa.payee, iban: "FI2112345600000786" } }, "Iban payee.iban"],
    ["spaces in the IBAN", { payee: { ...sepa.payee, iban: "FI21 1234 5600 0007 85" } }, "Iban payee.iban"],
    ["an IBAN outside the area", { payee: { ...german, iban: "BR1800360305000010009795493C1", country: "BR" } }, "SepaIban payee.iban"],
    ["no address abroad", { payee: { ...german, address: undefined } }, "SepaAddress payee.address"],
    ["no country abroad", { payee: { ...german, country: undefined } }, "SepaAddress payee.country"],
    ["five lines", { payee: { ...german, address: ["1", "2", "3", "4", "5"] } }, "SepaAddress payee.address"],
    ["a long line", { payee: { ...german, address: ["x".repeat(36)] } }, "SepaAddress payee.address"],
    ["a country nobody knows", { payee: { ...german, country: "XX" } }, "CountryCode payee.country"],
    ["a foreign account to pay from", { payer: { iban: german.iban } }, "FinnishIban payer.iban"],
    ["neither message nor reference", { message: undefined }, "MessageOrReference -"],
    ["message and reference", { reference: "1232" }, "MessageOrReference -"],
    ["a long message", { message: "x".repeat(141) }, "Size message"],
    ["a wrong reference", { message: undefined, reference: "1233" }, "FinnishReference reference"],
    ["no repetition", { count: 0 }, "Min count"],
    ["too many repetitions", { count: 1000 }, "Max count"],
    ["a text as count", { count: "2" }, "TypeMismatch count"],
    ["a paymentOrder, which cannot be chosen", { paymentOrder: "SEPA_INST" }, "UnrecognizedProperty paymentOrder"],
    ["an unknown member below", { payee: { ...sepa.payee, bic: "OKOYFIHH" } }, "UnrecognizedProperty payee.bic"],
    ["somebody it is paid for without a name", { originalPayer: {} }, "Required originalPayer.name"],
  ])("is refused with %s", (_what, overrides, violation) => expect(inSepa(overrides)).toEqual([violation]));

  it("is refused for everything at once", () => {
    expect(inSepa({ amountEUR: "1.5", payee: { iban: "x" }, extra: 1 })).toEqual([
      "UnrecognizedProperty extra",
      "EuroCents amountEUR",
      "Iban payee.iban",
      "Required payee.name",
    ]);
  });
});

describe("a foreign payment", () => {
  it.each<[string, object]>([
    ["a BIC and an account number", {}],
    ["charges and order", { detailsOfCharges: "OUR", paymentOrder: "HIGH", exchangeRateReference: "R1", count: 1 }],
    ["yen", { currency: "JPY", amount: "5000" }],
    ["a clearing id", { payee: { ...foreign.payee, financialInstitution: { clearingSystemId: "021000021", name: "Bank" } } }],
    [
      "the bank's address",
      { payee: { ...foreign.payee, financialInstitution: { foreignBankAddress: { address: "2 Wall Street", city: "New York", country: "US" } } } },
    ],
    [
      "a BIC and an IBAN in Europe",
      { payee: { ...foreign.payee, bankAccount: { id: german.iban, schemeName: "IBAN" }, financialInstitution: { bic: "COBADEFF" } } },
    ],
  ])("is right with %s", (_what, overrides) => expect(inForeign(overrides)).toEqual([]));

  it.each<[string, string[], string]>([
    ["no amount", inForeign({ amount: undefined }), "Required amount"],
    ["cents of a yen", inForeign({ currency: "JPY", amount: "10.50" }), "InvalidValue amount"],
    ["one decimal of a euro", inForeign({ currency: "EUR", amount: "10.5" }), "EuroCents amount"],
    ["nothing", inForeign({ amount: "0.00" }), "Min amount"],
    ["a currency the bank does not pay in", inForeign({ currency: "XAU" }), "InvalidValue currency"],
    ["no message", inForeign({ message: undefined }), "Required message"],
    ["other charges", inForeign({ detailsOfCharges: "BEN" }), "ValidDetailOfCharges detailsOfCharges"],
    ["another order", inForeign({ paymentOrder: "FAST" }), "ValidPaymentOrder paymentOrder"],
    [
      "urgent without a BIC",
      inForeign({ paymentOrder: "HIGH", payee: { ...foreign.payee, financialInstitution: { clearingSystemId: "1" } } }),
      "PaymentOrder paymentOrder",
    ],
    ["a repetition", inForeign({ count: 2 }), "ValidForeignPaymentRecurrence count"],
    ["a bundle", inForeign({ authorizationId: "x" }), "UnrecognizedProperty authorizationId"],
    ["no address of the payee", inPayee({ foreignAddress: undefined }), "Required payee.foreignAddress"],
    ["no country of the payee", inPayee({ foreignAddress: { addressLine1: "a", addressLine2: "b" } }), "Required payee.foreignAddress.country"],
    ["a BIC that is none", inPayee({ financialInstitution: { bic: "NOBIC" } }), "ValidBic payee.financialInstitution.bic"],
    ["nothing of the bank", inPayee({ financialInstitution: { name: "Bank" } }), "CreditorBicOrAddress payee.financialInstitution"],
    ["BIC and clearing id", inPayee({ financialInstitution: { bic: "CHASUS33", clearingSystemId: "1" } }), "CreditorBicOrAddress payee.financialInstitution"],
    ["letters in an account number", inPayee({ bankAccount: { id: "12A", schemeName: "BBAN" } }), "InvalidValue payee.bankAccount.id"],
    ["a long account number", inPayee({ bankAccount: { id: "1".repeat(36), schemeName: "BBAN" } }), "Size payee.bankAccount.id"],
    ["another scheme", inPayee({ bankAccount: { id: "1", schemeName: "PAN" } }), "InvalidValue payee.bankAccount.schemeName"],
    ["a wrong IBAN", inPayee({ bankAccount: { id: "DE00370400440532013000", schemeName: "IBAN" } }), "Iban payee.bankAccount.id"],
    ["no IBAN in Europe", inPayee({ financialInstitution: { bic: "COBADEFF" } }), "EuEtaValid payee"],
    [
      "no BIC in Europe",
      inPayee({ bankAccount: { id: german.iban, schemeName: "IBAN" }, financialInstitution: { clearingSystemId: "1" } }),
      "EuEtaValid payee",
    ],
  ])("is refused with %s", (_what, violations, expected) => expect(violations).toEqual([expected]));
});
