import { matching, object, optional, required, text, type Rule } from "../body-rules.ts";
import type { Violation } from "../refusal.ts";
import { isCountryCode, isIban, isPaymentReference, isSepaIban } from "./payment-identifiers.ts";

/** What P1 takes, once every rule held. */
export interface SepaRequest {
  readonly amountEUR: string;
  readonly payee: { readonly iban: string; readonly name: string; readonly address?: readonly string[]; readonly country?: string };
  readonly payer?: { readonly iban: string };
  readonly message?: string;
  readonly reference?: string;
  readonly count?: number;
  readonly authorizationId?: string;
  readonly ultimatePayee?: object;
  readonly originalPayer?: object;
}

const highestCents = 99_999_999_999n;
const highestCount = 999;

/** Whole euros or exactly two decimals, more than nothing, at most what the payment area carries. */
export const euroAmount: Rule = text({ max: 20 }, (value, path) => {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (match === null) return [{ type: "InvalidValue", path, message: `${path} is not an amount` }];
  const [, sign = "", whole = "0", decimals] = match;
  if (decimals !== undefined && decimals.length !== 2) return [{ type: "EuroCents", path, message: `${path} must have no decimals or exactly two` }];
  const cents = BigInt(`${sign}${whole}${decimals ?? "00"}`);
  if (cents <= 0n) return [{ type: "Min", path, message: `${path} must be at least 0.01`, value: "0.01", inclusive: true }];
  if (cents > highestCents) return [{ type: "Max", path, message: `${path} must be at most 999999999.99`, value: "999999999.99", inclusive: true }];
  return [];
});

export const iban: Rule = text({ max: 34 }, matching(isIban, "Iban", "is not a valid IBAN"));

export const countryCode: Rule = text({ max: 20 }, matching(isCountryCode, "CountryCode", "must be a country of ISO 3166-1 alpha-2"));

/** The account to pay from is at this bank, so it is Finnish. */
export const payer: Rule = object({
  iban: required((value, path) => {
    const wrong = iban(value, path);
    return wrong.length > 0 ? wrong : matching((each) => each.startsWith("FI"), "FinnishIban", "must be a Finnish IBAN")(String(value), path);
  }),
});

const sepaIban: Rule = (value, path) => {
  const wrong = iban(value, path);
  return wrong.length > 0 ? wrong : matching(isSepaIban, "SepaIban", "lies outside the single euro payments area")(String(value), path);
};

const address: Rule = (value, path) => {
  const fits = Array.isArray(value) && value.length >= 1 && value.length <= 4 && value.every((line) => typeof line === "string" && line.length <= 35);
  return fits ? [] : [{ type: "SepaAddress", path, message: `${path} must have 1 to 4 lines of at most 35 characters` }];
};

const payee: Rule = object(
  { iban: required(sepaIban), name: required(text({ max: 70 })), address: optional(address), country: optional(countryCode) },
  (value, path) =>
    (["address", "country"] as const)
      .filter((name) => !String(value["iban"]).startsWith("FI") && (value[name] ?? undefined) === undefined)
      .map((name): Violation => ({ type: "SepaAddress", path: `${path}.${name}`, message: `${path}.${name} is required unless the IBAN is Finnish` })),
);

const count: Rule = (value, path) => {
  if (typeof value !== "number" || !Number.isInteger(value)) return [{ type: "TypeMismatch", path, message: `${path} must be a whole number` }];
  if (value < 1) return [{ type: "Min", path, message: `${path} must be at least 1`, value: "1", inclusive: true }];
  if (value > highestCount) return [{ type: "Max", path, message: `${path} must be at most ${highestCount}`, value: String(highestCount), inclusive: true }];
  return [];
};

/** Somebody for whom is paid. Which members there are is not documented; a name is asked for, others are kept as they came. */
const party: Rule = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ type: "TypeMismatch", path, message: `${path} must be an object` }];
  return required(text({ max: 70 }))((value as { name?: unknown }).name, `${path}.name`);
};

/** The message of a payment, as long as the payment area carries. */
export const message: Rule = text({ max: 140 });

/** Every rule for the body of P1. */
export const sepaPayment: Rule = object(
  {
    amountEUR: required(euroAmount),
    payee: required(payee),
    payer: optional(payer),
    message: optional(message),
    reference: optional(text({ max: 35 }, matching(isPaymentReference, "FinnishReference", "is neither a Finnish reference nor one of ISO 11649"))),
    count: optional(count),
    authorizationId: optional(text({ max: 100 })),
    ultimatePayee: optional(party),
    originalPayer: optional(party),
  },
  (value) => {
    const given = ["message", "reference"].filter((name) => (value[name] ?? undefined) !== undefined).length;
    return given === 1 ? [] : [{ type: "MessageOrReference", message: "Give either a message or a reference" }];
  },
);
