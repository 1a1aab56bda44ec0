import { generate, validate } from "node-iso11649";

const weights = [7, 3, 1];

/** The check digit behind the digits of a Finnish reference: weights 7, 3, 1 from the right, up to the next ten. */
export function finnishCheckDigit(digits: string): string {
  const sum = digits
    .split("")
    .reverse()
    .reduce((total, digit, index) => total + Number.parseInt(digit, 10) * (weights[index % 3] ?? 0), 0);
  return String((10 - (sum % 10)) % 10);
}

/** Four to twenty digits, not only zeros, the last of them the check digit. */
export function isFinnishReference(text: string): boolean {
  return /^\d{4,20}$/.test(text) && /[1-9]/.test(text) && finnishCheckDigit(text.slice(0, -1)) === text.slice(-1);
}

/** An RF creditor reference (ISO 11649): up to 21 characters behind `RF` and two check digits, as banks write it: no spaces, capitals. */
export function isCreditorReference(text: string): boolean {
  return /^RF\d{2}[A-Z0-9]{1,21}$/.test(text) && validate(text);
}

/** The RF form of a reference. */
export function creditorReference(reference: string): string {
  return generate(reference);
}
