import { electronicFormatIBAN, isValidBIC, isValidIBAN } from "ibantools";

/** The IBAN in electronic form, or null where country, length or check digits are not right (ISO 13616). */
export function electronicIban(text: string): string | null {
  const iban = electronicFormatIBAN(text);
  return iban !== null && isValidIBAN(iban) ? iban : null;
}

/** A BIC of eight or eleven characters with a country that exists (ISO 9362). */
export function isBic(text: string): boolean {
  return isValidBIC(text);
}
