import { seededRandom } from "./random.ts";

/** A valid Finnish IBAN of the bank group whose numbers begin with `prefix` (OP: 5). */
export function finnishIban(label: string, prefix = "5"): string {
  const random = seededRandom(`iban ${label}`);
  let digits = prefix;
  while (digits.length < 13) digits += String(random.int(0, 9));
  return ibanOf(digits + luhnDigit(digits));
}

/** IBAN of a 14-digit Finnish account number. */
function ibanOf(accountNumber: string): string {
  const check = 98n - (BigInt(`${accountNumber}151800`) % 97n);
  return `FI${String(check).padStart(2, "0")}${accountNumber}`;
}

/** Whether both check digits of a Finnish IBAN fit. */
export function isFinnishIban(iban: string): boolean {
  if (!/^FI\d{16}$/.test(iban)) return false;
  const accountNumber = iban.slice(4);
  return ibanOf(accountNumber) === iban && luhnDigit(accountNumber.slice(0, 13)) === accountNumber.at(-1);
}

function luhnDigit(digits: string): string {
  const sum = digits
    .split("")
    .toReversed()
    .reduce((total, digit, index) => {
      const doubled = (digit.charCodeAt(0) - 48) * (index % 2 === 0 ? 2 : 1);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** A Finnish payment reference: the digits with their 7-3-1 check digit, zero-padded to 20 as the bank shows it. */
export function finnishReference(digits: string): string {
  const weights = [7, 3, 1];
  const sum = digits
    .split("")
    .toReversed()
    .reduce((total, digit, index) => total + (digit.charCodeAt(0) - 48) * (weights[index % 3] ?? 7), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`.padStart(20, "0");
}

/** Banks that exist only here, by the first digits of their account numbers. */
const inventedBanks: Readonly<Record<string, string>> = { "71": "HALLFIHH", "72": "KASTFIHH", "73": "ROUTFIHH" };

/** BIC of the bank that a Finnish IBAN belongs to, as far as this sandbox knows banks. */
export function bicOf(iban: string): string {
  const bank = iban.charAt(4);
  const invented = inventedBanks[iban.slice(4, 6)];
  if (invented !== undefined) return invented;
  if (bank === "1" || bank === "2") return "NDEAFIHH";
  if (bank === "8") return "DABAFIHH";
  return "OKOYFIHH";
}
