import { errors } from "../errors.ts";
import { grossOf, wireBooking, wireCardRow } from "../op/account-data.ts";
import type { AccountBank } from "../op/bank.ts";
import { resourceId } from "../op/resource-ids.ts";
import { openDays } from "../op/transaction-pages.ts";
import { decimalText, sumMinor, type Account, type Card, type PersonBooks } from "../people/books.ts";

export interface LedgerQuery {
  readonly psu?: string | undefined;
  /** Account id, card id or IBAN. */
  readonly account?: string | undefined;
  /** Narrows the answer to what this authorization opens. */
  readonly authorizationId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly rows: boolean;
}

/**
 * The truth about accounts: how many transactions there are, and their sum. Without dates it covers what a reader
 * can see today; `opening` is what was there before.
 */
export function ledgerOf(bank: AccountBank, query: LedgerQuery): object {
  const authorization = query.authorizationId === undefined ? undefined : bank.authorizations.get(query.authorizationId);
  if (query.authorizationId !== undefined && authorization === undefined) throw errors.ERR_SANDBOX_AUTHORIZATION_UNKNOWN();
  const psuIds = query.psu ?? authorization?.psuId;
  const people = (psuIds === undefined ? bank.people.residents.map(({ psuId }) => psuId) : [psuIds]).map((psuId) => {
    const person = bank.people.find(psuId);
    if (person === undefined) throw errors.ERR_SANDBOX_PSU_UNKNOWN();
    return person;
  });
  const visible = openDays(bank, authorization);
  const days = { from: query.from ?? visible.from, to: query.to ?? visible.to };
  const wanted = (id: string, chosen: readonly string[] | undefined, iban?: string): boolean =>
    (query.account === undefined || query.account === id || query.account === iban) && (chosen === undefined || chosen.includes(id));
  return {
    today: bank.clock.today().toString(),
    ...days,
    people: people.map((person: PersonBooks) => ({
      psuId: person.psuId,
      name: person.name,
      begins: person.begins,
      accounts: person.accounts
        .filter((each) => wanted(each.accountId, authorization?.accountIds, each.iban))
        .map((each) => ({ resourceId: resourceId(bank, authorization, each.accountId), ...accountLedger(each, days, query.rows) })),
      cards: person.cards
        .filter((each) => wanted(each.cardId, authorization?.cardIds))
        .map((each) => ({ resourceId: resourceId(bank, authorization, each.cardId), ...cardLedger(each, days, query.rows) })),
    })),
  };
}

function accountLedger(account: Account, { from, to }: { from: string; to: string }, rows: boolean): object {
  const inRange = account.bookings.filter((booking) => booking.bookingDate >= from && booking.bookingDate <= to);
  const opening = sumMinor(account.bookings.filter((booking) => booking.bookingDate < from));
  const gross = grossOf(account);
  return {
    accountId: account.accountId,
    iban: account.iban,
    productName: account.productName,
    currency: account.currency,
    count: inRange.length,
    sum: decimalText(sumMinor(inRange), account.currency),
    opening: decimalText(opening, account.currency),
    grossBalance: decimalText(gross, account.currency),
    netBalance: decimalText(gross - (account.reservedMinor ?? 0n), account.currency),
    firstBookingDate: inRange[0]?.bookingDate,
    lastBookingDate: inRange.at(-1)?.bookingDate,
    transactions: rows ? inRange.map((booking) => wireBooking(booking, account.currency)) : undefined,
  };
}

function cardLedger(card: Card, { from, to }: { from: string; to: string }, rows: boolean): object {
  const inRange = card.rows.filter((row) => row.postingDate >= from && row.postingDate <= to);
  return {
    cardId: card.cardId,
    productName: card.productName,
    currency: card.currency,
    count: inRange.length,
    sum: decimalText(sumMinor(inRange), card.currency),
    transactions: rows ? inRange.map((row) => wireCardRow(row, card.currency)) : undefined,
  };
}
