/** Numbers that payments are addressed and recognised by, and whether they are right. */

/** Length of an IBAN in each country of the single euro payments area. */
const sepaLengths = new Map(
  [
    "AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26",
    "IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22",
  ].flatMap((line) => line.split(" ").map((each): [string, number] => [each.slice(0, 2), Number(each.slice(2))])),
);

/** The European economic area: a payment there needs BIC and IBAN. */
const economicArea = new Set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(" "));

/** Whether the form, the length (where the country is known here) and the check digits of an IBAN are right. */
export function isIban(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/.test(iban)) return false;
  const length = sepaLengths.get(iban.slice(0, 2));
  return (length === undefined || length === iban.length) && remainder97(iban) === 1n;
}

/** Whether the single euro payments area reaches the country of this IBAN. */
export function isSepaIban(iban: string): boolean {
  return sepaLengths.has(iban.slice(0, 2));
}

export function isInEconomicArea(country: string): boolean {
  return economicArea.has(country);
}

export function isCountryCode(code: string): boolean {
  return /^[A-Z]{2}$/.test(code) && regionNames.of(code) !== code;
}
const regionNames = new Intl.DisplayNames("en", { type: "region" });

export function isBic(bic: string): boolean {
  return /^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic) && isCountryCode(bic.slice(4, 6));
}

/** A Finnish reference (4 to 20 digits, the last one checks the others by 7, 3, 1) or a creditor reference of ISO 11649. */
export function isPaymentReference(reference: string): boolean {
  if (/^RF\d{2}[A-Z0-9]{1,21}$/.test(reference)) return remainder97(reference) === 1n;
  const digits = reference.replace(/^0+/, "");
  if (!/^\d{1,20}$/.test(reference) || digits.length < 4) return false;
  const weights = [7, 3, 1];
  const sum = digits
    .slice(0, -1)
    .split("")
    .toReversed()
    .reduce((total, digit, index) => total + Number(digit) * (weights[index % 3] ?? 0), 0);
  return (10 - (sum % 10)) % 10 === Number(digits.at(-1));
}

/** ISO 7064: the first four characters go to the end, letters count from 10. */
function remainder97(text: string): bigint {
  const moved = `${text.slice(4)}${text.slice(0, 4)}`;
  return (
    BigInt(
      moved
        .split("")
        .map((character) => Number.parseInt(character, 36).toString())
        .join(""),
    ) % 97n
  );
}
