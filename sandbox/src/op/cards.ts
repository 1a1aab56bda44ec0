import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Card, CardRow } from "../people/books.ts";
import { wireCard, wireCardRow } from "./account-data.ts";
import type { Authorization } from "./authorization.ts";
import type { AccountBank } from "./bank.ts";
import { requireAuthorized } from "./bearer.ts";
import { passThroughFaults } from "../http/gate.ts";
import { notFound, security } from "./refusal.ts";
import { resourceId } from "./resource-ids.ts";
import { answerPage, placeOf } from "./transaction-pages.ts";
import { countUnattended } from "./unattended.ts";

/** A7 and A8: the cards a person chose, and what was charged to them. */
export function cardRoutes(server: FastifyInstance, bank: AccountBank): void {
  const { endpoint } = bank.accountSite;
  const path = `${bank.accountSite.path}/cards`;

  server.get(path, { config: { endpoint: endpoint("A7") } }, async (request, reply) => {
    const authorization = await requireAuthorized(request, bank);
    countUnattended(request, bank, "cards");
    if (await passThroughFaults(request, reply, bank)) return reply;
    return bank.faults.changeJson(
      request.bankCall,
      chosenCards(bank, authorization).map((card) => wireCard(card, resourceId(bank, authorization, card.cardId))),
    );
  });

  server.get<{ Params: { cardId: string } }>(`${path}/:cardId/transactions`, { config: { endpoint: endpoint("A8") } }, async (request, reply) => {
    const authorization = await requireAuthorized(request, bank);
    const card = cardOf(request, bank, authorization);
    const place = placeOf(request, bank, { listId: card.cardId, authorizationId: authorization.authorizationId });
    request.bankCall.page = place.page;
    if (place.page === 1) countUnattended(request, bank, `${card.cardId} transactions`);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const list = {
      listId: card.cardId,
      path: `${path}/${request.params.cardId}/transactions`,
      entries: card.rows,
      dateOf: (row: CardRow) => row.postingDate,
      wire: (row: CardRow) => wireCardRow(row, card.currency),
    };
    return bank.faults.changeJson(request.bankCall, answerPage(request, bank, { list, place, authorization }));
  });
}

function chosenCards(bank: AccountBank, authorization: Authorization & { psuId: string }): readonly Card[] {
  const cards = bank.people.find(authorization.psuId)?.cards ?? [];
  return cards.filter((card) => authorization.cardIds.includes(card.cardId));
}

function cardOf(request: FastifyRequest<{ Params: { cardId: string } }>, bank: AccountBank, authorization: Authorization & { psuId: string }): Card {
  const { cardId } = request.params;
  const card = chosenCards(bank, authorization).find((each) => resourceId(bank, authorization, each.cardId) === cardId);
  if (card === undefined) throw bank.people.exists(cardId) ? security(403, "The authorization does not cover this card") : notFound("The card");
  request.bankCall.cardId = card.cardId;
  return card;
}
