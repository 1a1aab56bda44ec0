import { decimalText, sumMinor, type Account, type Booking, type Card, type CardRow } from "../people/books.ts";
import { bicOf } from "../people/identifiers.ts";

/** The bank's wire forms of what lies in the books. */

const balances = new WeakMap<readonly Booking[], bigint>();

/** The gross balance: the sum of all bookings, added up once for each state of the books. */
export function grossOf(account: Account): bigint {
  const known = balances.get(account.bookings);
  if (known !== undefined) return known;
  const sum = sumMinor(account.bookings);
  balances.set(account.bookings, sum);
  return sum;
}

/** `accountId` is the id that the reader knows the account by. */
export function wireAccount(account: Account, accountId: string): Record<string, unknown> {
  const gross = grossOf(account);
  const reserved = account.reservedMinor ?? 0n;
  return {
    accountId,
    productName: account.productName,
    identifierSchema: "IBAN",
    identifier: account.iban,
    servicerSchema: "BIC",
    servicer: bicOf(account.iban),
    owner: account.owner,
    netBalance: decimalText(gross - reserved, account.currency),
    grossBalance: decimalText(gross, account.currency),
    coverReservationAmount: account.reservedMinor === undefined ? undefined : decimalText(reserved, account.currency),
    currency: account.currency,
  };
}

export function wireBooking(booking: Booking, currency: string): Record<string, unknown> {
  return {
    archiveId: booking.archiveId,
    message: booking.message,
    reference: booking.reference,
    amount: decimalText(booking.amountMinor, currency),
    currency,
    bookingDate: booking.bookingDate,
    valueDate: booking.valueDate,
    paymentDate: booking.paymentDate,
    payer: booking.payerName === undefined ? undefined : { name: booking.payerName },
    recipient: booking.recipient,
    proprietaryTransactionDescription: booking.description,
  };
}

export function wireCard(card: Card, cardId: string): Record<string, unknown> {
  return { cardId, productName: card.productName, cardNumber: card.cardNumber };
}

export function wireCardRow(row: CardRow, currency: string): Record<string, unknown> {
  const original = row.originalMinor !== undefined && row.originalCurrency !== undefined;
  return {
    description: row.description,
    amount: decimalText(row.amountMinor, currency),
    currency,
    originalAmount: original ? decimalText(row.originalMinor ?? 0n, row.originalCurrency ?? "") : undefined,
    originalCurrency: original ? row.originalCurrency : undefined,
    postingDate: row.postingDate,
  };
}
