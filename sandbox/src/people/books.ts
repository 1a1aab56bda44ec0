/** What the bank knows about its people. Amounts are signed minor units: a debit is negative. */

export interface Booking {
  /** Order inside the account: later entries have higher numbers. */
  readonly sequence: number;
  readonly archiveId?: string | undefined;
  readonly amountMinor: bigint;
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly paymentDate?: string | undefined;
  readonly message?: string | null | undefined;
  readonly reference?: string | null | undefined;
  readonly payerName?: string | undefined;
  readonly recipient?: Counterparty | undefined;
  /** The bank's own word for the kind of entry. */
  readonly description: string;
}

export interface Counterparty {
  readonly name: string;
  readonly identifier?: string | undefined;
  readonly servicer?: string | undefined;
  readonly address?: readonly string[] | undefined;
}

export interface CardRow {
  readonly sequence: number;
  readonly description: string;
  readonly amountMinor: bigint;
  readonly originalMinor?: bigint | undefined;
  readonly originalCurrency?: string | undefined;
  readonly postingDate: string;
}

export interface Account {
  readonly accountId: string;
  readonly productName: string;
  readonly iban: string;
  readonly owner: string;
  readonly currency: string;
  /** Purchases made but not booked yet, as a positive amount; undefined where the product has no card. */
  readonly reservedMinor?: bigint | undefined;
  /** Oldest first. The gross balance is their sum. */
  readonly bookings: readonly Booking[];
}

export interface Card {
  readonly cardId: string;
  readonly productName: string;
  readonly cardNumber: string;
  readonly currency: string;
  /** Oldest first. */
  readonly rows: readonly CardRow[];
}

export interface PersonBooks {
  readonly psuId: string;
  readonly name: string;
  /** First day of the books. */
  readonly begins: string;
  readonly accounts: readonly Account[];
  readonly cards: readonly Card[];
}

export function sumMinor(rows: readonly { readonly amountMinor: bigint }[]): bigint {
  return rows.reduce((sum, row) => sum + row.amountMinor, 0n);
}

/** Decimals of the currencies that appear in this bank. */
function exponentOf(currency: string): number {
  return ["JPY", "KRW", "ISK"].includes(currency) ? 0 : 2;
}

/** Minor units as the decimal text of the bank's interfaces, such as "-12.50". */
export function decimalText(minor: bigint, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, "0");
  const sign = minor < 0n ? "-" : "";
  return exponent === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** The reverse of {@link decimalText}; undefined where the text is not an exact amount of the currency. */
export function minorFrom(text: string, currency: string): bigint | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text);
  const exponent = exponentOf(currency);
  const decimals = match?.[3] ?? "";
  if (match === null || decimals.length > exponent) return undefined;
  const minor = BigInt(`${match[2] ?? "0"}${decimals.padEnd(exponent, "0")}`);
  return match[1] === "-" ? -minor : minor;
}
