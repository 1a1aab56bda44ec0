import type { AccountWithBalances, AccountsFacet, BankReply } from "../../adapters/bank-adapter.ts";
import { cappedText, readWire } from "../wire.ts";
import { opCards } from "./accounts-wire.ts";

/** Cards share the list of accounts with accounts; their ids are told apart by this prefix. */
export const cardPrefix = "card:";

/** `GET /cards`: every card the PSU chose. */
export function opCardsFacet(aisBaseUrl: string, currency: string): AccountsFacet {
  return {
    async list(calls) {
      const reply = await calls({ operation: "cards.list", method: "GET", url: new URL(`${aisBaseUrl}/cards`) });
      return translateCards(reply, currency);
    },
  };
}

/** A card has no currency of its own in the answer: it is billed in the currency of the bank's country. */
export function translateCards(reply: BankReply, currency: string): AccountWithBalances[] {
  return readWire(opCards, reply).map((card, index) => ({
    account: {
      resourceId: `${cardPrefix}${card.cardId}`,
      kind: "card",
      iban: null,
      maskedPan: cappedText(card.cardNumber, 30),
      bic: null,
      currency,
      name: cappedText(card.productName, 200) ?? "Card",
      ownerName: null,
      raw: { hash: reply.rawHash, pointer: `/${index}` },
    },
    balances: [],
  }));
}
