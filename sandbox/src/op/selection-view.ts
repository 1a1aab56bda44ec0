import { decimalText, type PersonBooks } from "../people/books.ts";
import { grossOf } from "./account-data.ts";

/** What a person sees of their own accounts and cards while choosing. */
export interface SelectionView {
  readonly name: string;
  readonly accounts: readonly {
    readonly id: string;
    readonly name: string;
    readonly iban: string;
    readonly owner: string;
    readonly balance: string;
    readonly currency: string;
  }[];
  readonly cards: readonly { readonly id: string; readonly name: string; readonly number: string }[];
}

/** Balances as a person knows them: purchases not booked yet are already taken off. */
export function withReservations(person: PersonBooks): SelectionView {
  return {
    name: person.name,
    accounts: person.accounts.map((account) => ({
      id: account.accountId,
      name: account.productName,
      iban: account.iban,
      owner: account.owner,
      balance: decimalText(grossOf(account) - (account.reservedMinor ?? 0n), account.currency),
      currency: account.currency,
    })),
    cards: person.cards.map((card) => ({ id: card.cardId, name: card.productName, number: card.cardNumber })),
  };
}
