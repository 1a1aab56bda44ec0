import { countrySpecs, electronicFormatIBAN, isValidBIC, isValidIBAN } from "ibantools";

/** The IBAN in electronic form, or null where country, length or check digits are not right (ISO 13616). */
export function electronicIban(text: string): string | null {
  const iban = compact(text);
  return isValidIBAN(iban) ? iban : null;
}

/** `country`: none whose IBANs begin so; `length`: too short or too long for its country; `digits`: of a length that fits, and a slip somewhere. */
export type IbanMistake = "country" | "length" | "digits";

/** What is wrong with a whole IBAN, null where nothing is. */
export function ibanMistake(text: string): IbanMistake | null {
  const iban = compact(text);
  const length = lengthIn(iban);
  if (length === undefined) return "country";
  if (iban.length !== length) return "length";
  return isValidIBAN(iban) ? null : "digits";
}

/** What is wrong with an IBAN of which more may be to come: nothing that its end could still mend, and nothing about its first letters alone. */
export function ibanMistakeSoFar(typed: string): IbanMistake | null {
  const iban = compact(typed);
  if (iban.length < 4) return null;
  const length = lengthIn(iban);
  const mayBecomeOne = length !== undefined && iban.length < length;
  return mayBecomeOne ? null : ibanMistake(iban);
}

/** A BIC of eight or eleven characters with a country that exists (ISO 9362). */
export function isBic(text: string): boolean {
  return isValidBIC(text);
}

/** However it is grouped, with spaces that break or do not. */
function compact(text: string): string {
  return electronicFormatIBAN(text.replace(/\s/g, "")) ?? "";
}

function lengthIn(iban: string): number | undefined {
  return countrySpecs[iban.slice(0, 2)]?.chars ?? undefined;
}
